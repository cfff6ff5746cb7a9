namespace Pieces.Tests.Interop;

internal sealed class RTorrent : RealClient
{
    public override string Name => "rtorrent";

    // It has no option that prints a version and succeeds; asked for help it exits 0.
    protected override IReadOnlyList<string> Probe => ["rtorrent", "-h"];

    public override PeerProcess Start(RealClientJob job) => PeerProcess.Start(Name, job.Home,
    [
        "rtorrent", "-n",
        "-o", "system.daemon.set=true",
        "-o", $"network.port_range.set={job.Port}-{job.Port}",
        "-o", "network.port_random.set=no",
        "-o", "network.bind_address.set=127.0.0.1",
        "-o", "dht.mode.set=disable",
        "-o", "protocol.pex.set=no",
        "-o", $"directory.default.set={job.Folder}",
        job.TorrentFile,
    ]);
}
