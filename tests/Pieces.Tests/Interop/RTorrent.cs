using System.Net;

namespace Pieces.Tests.Interop;

internal sealed class RTorrent : RealClient
{
    public override string Name => "rtorrent";

    // rTorrent keeps one peer per address. A tracker may also return the client itself, which would then occupy the place of another peer on the same
    // address.
    public override IPAddress Address { get; } = IPAddress.Parse("127.0.0.2");

    // rTorrent has no option that prints a version and succeeds, but its help option exits with 0.
    protected override IReadOnlyList<string> Probe => ["rtorrent", "-h"];

    public override PeerProcess Start(RealClientJob job)
    {
        string settings = Path.Combine(job.Home, "settings.rc");
        File.WriteAllText(settings, $"""
            system.daemon.set = true
            network.port_range.set = {job.Port}-{job.Port}
            network.port_random.set = no
            network.bind_address.set = {Address}
            dht.mode.set = disable
            protocol.pex.set = no
            {(job.RequiresEncryption ? "protocol.encryption.set = allow_incoming,try_outgoing,require,require_RC4" : "")}
            directory.default.set = "{job.Folder}"
            log.open_file = "log", "/dev/stdout"
            log.add_output = "tracker_debug", "log"
            log.add_output = "torrent_debug", "log"
            log.add_output = "peer_debug", "log"
            log.add_output = "connection_debug", "log"

            """);
        return PeerProcess.Start(Name, job.Home, ["rtorrent", "-n", "-o", $"import={settings}", job.TorrentFile]);
    }
}
