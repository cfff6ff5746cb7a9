using System.Globalization;
using Pieces.Tests.Loopback;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>How another client sees a download of selected files (BEP 21).</summary>
[Trait("Tier", "Interop")]
public sealed class PartialSeedInteropTests
{
    private const int FileLength = 6 * 32 * 1024;

    // The client has the first file and wants the second. It prints the state of each peer whenever the state changes. It keeps connections to
    // useless peers, which it would otherwise close when they send upload_only.
    private const string Script = """
        import signal, sys
        import libtorrent

        torrent, folder, port = sys.argv[1:]
        session = libtorrent.session({
            "listen_interfaces": "127.0.0.1:" + port,
            "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
            "enable_incoming_utp": False, "enable_outgoing_utp": False, "close_redundant_connections": False,
        })
        wanted = libtorrent.add_torrent_params()
        wanted.ti = libtorrent.torrent_info(torrent)
        wanted.save_path = folder
        handle = session.add_torrent(wanted)

        ending = []
        signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
        before = None
        while not ending:
            session.wait_for_alert(100)
            session.pop_alerts()
            now = [handle.status().num_pieces]
            for peer in handle.get_peer_info():
                now.append("upload_only" if peer.flags & libtorrent.peer_info.upload_only else "download")
                now.append("interesting" if peer.flags & libtorrent.peer_info.remote_interested else "not_interested")
            if now != before:
                print(*now, flush=True)
            before = now
        """;

    [Fact]
    public async Task Libtorrent_sees_that_a_download_has_become_upload_only()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealPeers.Require("libtorrent");
        using var folder = new TempFolder();
        TestTorrent torrent = TestTorrent.OfFiles("album", count: 2, lengthOfEach: FileLength, pieceLength: 32 * 1024);
        string torrentPath = torrent.WriteTorrent(folder.Path);
        torrent.WriteContent(folder["theirs"]);
        File.Delete(folder["theirs/album/file-0001.bin"]);
        Directory.CreateDirectory(folder["home"]);
        int port = FreePort.Find();
        await using PeerProcess theirs = PeerProcess.Start(
            "libtorrent", folder["home"],
            ["/usr/bin/python3", "-u", "-c", Script, torrentPath, folder["theirs"], port.ToString(CultureInfo.InvariantCulture)]);
        await UntilSaidAsync(theirs, "6", cancellationToken);
        await using PiecesProcess ours = PiecesProcess.Start(
            PiecesCommand.DownloadFrom($"127.0.0.1:{port}", torrentPath, folder["ours"], "-s", "1", "--seed"));
        await UntilSaidAsync(theirs, "6 upload_only not_interested", cancellationToken);
        File.Exists(folder["ours/album/file-0000.bin"]).Should().BeTrue();
    }

    private static async Task UntilSaidAsync(PeerProcess process, string line, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!process.Output.Split('\n').Select(said => said.TrimEnd()).Contains(line))
        {
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"\"{line}\" was not said, but:\n{process.Output}");
            await Task.Delay(50, cancellationToken);
        }
    }
}
