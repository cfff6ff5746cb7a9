using System.Net;
using System.Text;
using System.Text.Json;
using Pieces.Metadata;
using Pieces.Tests.Bencode;

namespace Pieces.Tests.Interop;

/// <summary>Transmission's daemon. It ignores peers on 127.0.0.0/8 that a tracker returns, but accepts connections from them.</summary>
internal sealed class Transmission : RealClient
{
    public override string Name => "Transmission";

    public override bool DialsLoopback => false;

    protected override IReadOnlyList<string> Probe => ["transmission-daemon", "--version"];

    public override PeerProcess Start(RealClientJob job) => PeerProcess.Start(Name, job.Home, Command(job, IPAddress.Loopback, usesDht: false));

    /// <summary>Writes the settings, and returns the program and its arguments.</summary>
    public static IReadOnlyList<string> Command(RealClientJob job, IPAddress address, bool usesDht)
    {
        string watched = Directory.CreateDirectory(Path.Combine(job.Home, "watched")).FullName;
        string torrent = Path.Combine(watched, "sample.torrent");
        if (job.Link is null)
            File.Copy(job.TorrentFile, torrent);
        else
            File.WriteAllBytes(torrent, Unfetched(MagnetLink.Parse(job.Link)));
        var settings = new Dictionary<string, object>
        {
            ["download-dir"] = job.Folder,
            ["watch-dir-enabled"] = true,
            ["watch-dir"] = watched,
            ["peer-port"] = job.Port,
            ["bind-address-ipv4"] = $"{address}",
            ["rpc-enabled"] = false,
            ["dht-enabled"] = usesDht,
            ["lpd-enabled"] = false,
            ["pex-enabled"] = false,
            ["utp-enabled"] = false,
            ["port-forwarding-enabled"] = false,
            ["message-level"] = 3,
        };
        if (job.RequiresEncryption)
            settings["encryption"] = 2;
        File.WriteAllText(Path.Combine(job.Home, "settings.json"), JsonSerializer.Serialize(settings));
        return ["transmission-daemon", "--foreground", "--config-dir", job.Home];
    }

    // Encodes a magnet link in the form in which Transmission stores a link without metadata. Links themselves are accepted only through RPC.
    private static byte[] Unfetched(MagnetLink link)
    {
        var kept = new Dict
        {
            ["magnet-info"] = new Dict
            {
                ["display-name"] = "sample",
                ["info_hash"] = Encoding.Latin1.GetString(Convert.FromHexString(link.InfoHash.ToString())),
            },
        };
        if (!link.Trackers.IsEmpty)
            kept["announce"] = link.Trackers[0];
        return Bencoded.Of(kept);
    }
}
