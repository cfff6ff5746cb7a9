using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pieces.Primitives;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>When descriptors run short, files get them first, and connections of unknown peers last.</summary>
[Trait("Tier", "Loopback")]
public class FewDescriptorsTests
{
    private const int Strangers = 60;

    // The runtime of the managed program needs more than a hundred descriptors itself.
    private static readonly int Limit = PiecesProcess.IsNative ? 128 : 256;

    [Fact]
    public async Task Two_hundred_files_come_whole_while_sixty_strangers_hold_on_under_a_low_limit()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("there is no such limit here");
        using var folder = new TempFolder();
        var torrent = TestTorrent.OfFiles("album", count: 200, lengthOfEach: 40_000, pieceLength: 32 * 1024);
        string torrentPath = torrent.WriteTorrent(folder.Path);
        torrent.WriteContent(folder["data"]);
        int seedPort = FreePort.Find(), leechPort = FreePort.Find();
        string[] seed = PiecesCommand.Seed(torrentPath, folder["data"], "-p", Text(seedPort), "--up-limit", "1M");
        await using PiecesProcess seeder = PiecesProcess.Start(seed);
        await seeder.WaitForErrorTextAsync("seeding 100");
        string[] download = PiecesCommand.DownloadFrom($"127.0.0.1:{seedPort}", torrentPath, folder["out"]);
        download[Array.IndexOf(download, "-p") + 1] = Text(leechPort);
        await using PiecesProcess leecher = PiecesProcess.Start(download, shell: $"ulimit -n {Limit}");
        List<Socket> strangers = [];
        try
        {
            byte[] hello = ScriptedPeer.HandshakeBytes(torrent.Metainfo.Swarms[0], PeerId.Create(new Random(1)));
            for (int i = 0; i < Strangers; i++)
                strangers.Add(await DialAsync(leechPort, hello));
            PiecesResult result = await leecher.WaitAsync();
            result.ExitCode.Should().Be(0, result.StandardError);
            torrent.ShouldBeCompleteIn(folder["out"]);
        }
        finally
        {
            strangers.ForEach(stranger => stranger.Dispose());
        }
    }

    [Fact]
    public async Task The_soft_limit_is_raised_to_the_hard_one()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("limits are read in /proc");
        using var folder = new TempFolder();
        var torrent = new TestTorrent("file.bin", 100_000, 32 * 1024, seed: 1);
        string torrentPath = torrent.WriteTorrent(folder.Path);
        torrent.WriteContent(folder["data"]);
        string[] seed = PiecesCommand.Seed(torrentPath, folder["data"], "-p", Text(FreePort.Find()));
        await using PiecesProcess seeder = PiecesProcess.Start(seed, shell: "ulimit -Sn 300 && ulimit -Hn 700");
        await seeder.WaitForErrorTextAsync("seeding 100");
        string row = File.ReadLines($"/proc/{seeder.Id}/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3..5].Should().Equal("700", "700");
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static async Task<Socket> DialAsync(int port, byte[] hello)
    {
        for (int attempt = 0; ; attempt++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                await socket.SendAsync(hello);
                return socket;
            }
            catch (SocketException) when (attempt < 200)
            {
                // The program does not listen yet.
                socket.Dispose();
                await Task.Delay(50);
            }
        }
    }
}
