using System.Text.Json;

namespace Pieces.Tests.Interop;

/// <summary>Transmission's daemon. It drops peers on 127.0.0.0/8 that a tracker names, but accepts connections from there.</summary>
internal sealed class Transmission : RealClient
{
    public override string Name => "Transmission";

    public override bool DialsLoopback => false;

    protected override IReadOnlyList<string> Probe => ["transmission-daemon", "--version"];

    public override PeerProcess Start(RealClientJob job)
    {
        string watched = Directory.CreateDirectory(Path.Combine(job.Home, "watched")).FullName;
        File.Copy(job.TorrentFile, Path.Combine(watched, "sample.torrent"));
        var settings = new Dictionary<string, object>
        {
            ["download-dir"] = job.Folder,
            ["watch-dir-enabled"] = true,
            ["watch-dir"] = watched,
            ["peer-port"] = job.Port,
            ["bind-address-ipv4"] = "127.0.0.1",
            ["rpc-enabled"] = false,
            ["dht-enabled"] = false,
            ["lpd-enabled"] = false,
            ["pex-enabled"] = false,
            ["utp-enabled"] = false,
            ["port-forwarding-enabled"] = false,
            ["message-level"] = 3,
        };
        File.WriteAllText(Path.Combine(job.Home, "settings.json"), JsonSerializer.Serialize(settings));
        return PeerProcess.Start(Name, job.Home, ["transmission-daemon", "--foreground", "--config-dir", job.Home]);
    }
}
