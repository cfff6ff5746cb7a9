using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

internal sealed class Aria2 : RealClient
{
    public override string Name => "aria2";

    protected override IReadOnlyList<string> Probe => ["aria2c", "--version"];

    // aria2 supports UDP trackers only with its DHT. The DHT gets no bootstrap node and an empty file instead of the user's, so it knows no nodes.
    public override PeerProcess Start(RealClientJob job) => PeerProcess.Start(Name, job.Home,
    [
        "aria2c", "--no-conf=true", $"--dir={job.Folder}", $"--listen-port={job.Port}", "--seed-ratio=0.0", "--check-integrity=true",
        "--enable-dht=true", $"--dht-listen-port={FreePort.Find()}", $"--dht-file-path={Path.Combine(job.Home, "dht.dat")}",
        "--enable-dht6=false", "--bt-enable-lpd=false", "--enable-peer-exchange=false", "--disable-ipv6=true",
        "--summary-interval=0", "--show-console-readout=false", "--console-log-level=info", "--file-allocation=none",
        .. job.RequiresEncryption ? ["--bt-require-crypto=true", "--bt-min-crypto-level=arc4"] : Array.Empty<string>(), job.Source,
    ]);
}
