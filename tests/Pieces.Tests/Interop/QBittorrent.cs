using System.Net;
using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

internal sealed class QBittorrent : RealClient
{
    public override string Name => "qBittorrent";

    public override bool DialsPeersOfLinks => true;

    protected override IReadOnlyList<string> Probe => ["qbittorrent-nox", "--version"];

    public override PeerProcess Start(RealClientJob job) => PeerProcess.Start(Name, job.Home, Command(job, IPAddress.Any, usesDht: false));

    /// <summary>Writes the settings, and returns the program and its arguments.</summary>
    public static IReadOnlyList<string> Command(RealClientJob job, IPAddress address, bool usesDht)
    {
        string configuration = Path.Combine(job.Home, "qBittorrent", "config", "qBittorrent.conf");
        Directory.CreateDirectory(Path.GetDirectoryName(configuration)!);
        File.WriteAllText(configuration, $"""
            [LegalNotice]
            Accepted=true

            [Network]
            PortForwardingEnabled=false

            [Preferences]
            WebUI\Address=127.0.0.1
            WebUI\Port={FreePort.Find()}

            [BitTorrent]
            Session\Port={job.Port}
            Session\BTProtocol=TCP
            Session\InterfaceAddress={address}
            Session\DHTEnabled={(usesDht ? "true" : "false")}
            Session\LSDEnabled=false
            Session\MultiConnectionsPerIp=true
            Session\PeXEnabled=false
            {(job.RequiresEncryption ? "Session\\Encryption=1" : "")}
            """);
        return ["qbittorrent-nox", $"--profile={job.Home}", $"--save-path={job.Folder}", "--add-paused=false", "--skip-dialog=true", job.Source];
    }
}
