using System.Globalization;
using Pieces.Tests.Loopback;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>How another client sees a seed that can no longer read some of its pieces (BEP 54).</summary>
[Collection("Real peers")]
[Trait("Tier", "Interop")]
public sealed class WithdrawnPieceInteropTests
{
    private const int PieceLength = 32 * 1024;
    private const int Pieces = 64;

    // The client downloads slowly, so that the test has time to change the seed's data. It prints the pieces of the seed whenever they change.
    private const string Script = """
        import signal, sys
        import libtorrent

        torrent, folder, port, seed = sys.argv[1:]
        session = libtorrent.session({
            "listen_interfaces": "127.0.0.1:" + port,
            "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
            "enable_incoming_utp": False, "enable_outgoing_utp": False,
        })
        wanted = libtorrent.add_torrent_params()
        wanted.ti = libtorrent.torrent_info(torrent)
        wanted.save_path = folder
        handle = session.add_torrent(wanted)
        handle.set_download_limit(64 * 1024)
        handle.connect_peer(("127.0.0.1", int(seed)))

        ending = []
        signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
        before = None
        while not ending:
            session.wait_for_alert(100)
            session.pop_alerts()
            now = ["".join("1" if has else "0" for has in peer.pieces) for peer in handle.get_peer_info()]
            if now != before and handle.status().num_pieces > 0:
                print(*now, flush=True)
                before = now
        """;

    [Fact]
    public async Task Libtorrent_sees_that_pieces_are_withdrawn_that_can_no_longer_be_read()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealPeers.Require("libtorrent");
        using var folder = new TempFolder();
        TestTorrent torrent = TestTorrent.OfFiles("album", count: 1, lengthOfEach: Pieces * PieceLength, pieceLength: PieceLength);
        string torrentPath = torrent.WriteTorrent(folder.Path);
        torrent.WriteContent(folder["ours"]);
        Directory.CreateDirectory(folder["theirs"]);
        Directory.CreateDirectory(folder["home"]);
        string seedPort = FreePort.Find().ToString(CultureInfo.InvariantCulture), port = FreePort.Find().ToString(CultureInfo.InvariantCulture);
        await using PiecesProcess ours = PiecesProcess.Start(PiecesCommand.Seed(torrentPath, folder["ours"], "-p", seedPort));
        await ours.WaitForErrorTextAsync("seeding 100");
        await using PeerProcess theirs = PeerProcess.Start(
            "libtorrent", folder["home"], ["/usr/bin/python3", "-u", "-c", Script, torrentPath, folder["theirs"], port, seedPort]);
        await UntilSaidAsync(theirs, line => line == new string('1', Pieces), "that the seed has everything", cancellationToken);

        await using (var file = new FileStream(folder["ours/album/file-0000.bin"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.Write(new byte[Pieces * PieceLength]);
        await UntilSaidAsync(
            theirs, line => line.Length == Pieces && line.Contains('0', StringComparison.Ordinal), "that pieces are gone", cancellationToken);
    }

    private static async Task UntilSaidAsync(PeerProcess process, Predicate<string> condition, string what, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!Array.Exists(process.Output.Split('\n'), line => condition(line.TrimEnd())))
        {
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"it did not say {what}, but:\n{process.Output}");
            await Task.Delay(50, cancellationToken);
        }
    }
}
