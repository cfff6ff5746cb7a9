using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Loopback;

/// <summary>
/// Rate limits of the real program over ten seconds of real time, measured at the other end of the sockets. Explicit, because a machine that is busy
/// with other tests is not suitable for measuring.
/// </summary>
[Trait("Tier", "Loopback")]
public class LimitProcessTests
{
    private const int MiB = 1024 * 1024;
    private const int Rate = MiB / 2;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(20)]
    public async Task A_download_limit_holds_over_ten_seconds(int peers)
    {
        using var folder = new TempFolder();
        var torrent = new TestTorrent("film.bin", 32 * MiB, MiB / 4);
        RecordingSeeder[] seeders = [.. Enumerable.Range(0, peers).Select(_ => new RecordingSeeder(torrent))];
        string[] more = [.. seeders.Skip(1).SelectMany(seeder => new[] { "--peer", seeder.Address }), "--down-limit", "512K"];
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.DownloadFrom(seeders[0].Address, torrent.WriteTorrent(folder.Path), folder["out"], more));
        await seeders[0].UntilDeliveredAsync(1, Token);
        double measured = await MeasureAsync(
            () => seeders.Sum(seeder => (long)seeder.Delivered) * (BlockRequest.MaxLength + PeerMessageCodec.PieceHeaderLength));
        process.Kill();
        foreach (RecordingSeeder seeder in seeders)
            await seeder.DisposeAsync();
        measured.Should().BeApproximately(Rate, Rate * 0.03);
    }

    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(20)]
    public async Task An_upload_limit_holds_over_ten_seconds(int peers)
    {
        using var folder = new TempFolder();
        var torrent = new TestTorrent("film.bin", 32 * MiB, MiB / 4);
        torrent.WriteContent(folder["data"]);
        int port = FreePort.Find();
        await using PiecesProcess process = PiecesProcess.Start(PiecesCommand.Seed(
            torrent.WriteTorrent(folder.Path), folder["data"], "--up-limit", "512K", "-p", port.ToString(CultureInfo.InvariantCulture)));
        await process.WaitForErrorTextAsync("seeding");
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var taken = new ByteCount();
        Task[] leechers = [.. Enumerable.Range(0, peers).Select(_ => TakeAsync(torrent, port, taken, stopping.Token))];
        while (taken.Taken < MiB)
            await Task.Delay(10, Token);
        double measured = await MeasureAsync(() => taken.Taken);
        await stopping.CancelAsync();
        await Task.WhenAll(leechers);
        measured.Should().BeApproximately(Rate, Rate * 0.03);
    }

    // Returns the rate in bytes per second.
    private static async Task<double> MeasureAsync(Func<long> count)
    {
        await Task.Delay(WarmUp, Token);
        long before = count(), start = Stopwatch.GetTimestamp();
        await Task.Delay(Span, Token);
        double measured = (count() - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        TestOutput.Write($"{measured:0} bytes a second, limit {Rate}: {(measured / Rate) - 1:+0.0 %;-0.0 %}");
        return measured;
    }

    // A leecher that always has 32 pending requests, and counts every byte of its socket.
    private static async Task TakeAsync(TestTorrent torrent, int port, ByteCount taken, CancellationToken cancellationToken)
    {
        uint next = 0;
        try
        {
            await using ScriptedPeer peer = await ScriptedPeer.DialAsync(
                new TcpTransport(new Outbound(), TimeProvider.System, NullLogger.Instance), new IPEndPoint(IPAddress.Loopback, port),
                cancellationToken);
            await peer.SendHandshakeAsync(torrent.Metainfo.Swarms[0], PeerId.Create(new Random()), cancellationToken, default(ReservedBits));
            await peer.ReadHandshakeAsync(cancellationToken);
            taken.OnTaken(Handshake.Length);
            await peer.SendAsync(InterestedMessage.Instance, cancellationToken);
            while (await peer.ReadFrameAsync(cancellationToken) is { } frame)
            {
                taken.OnTaken(sizeof(int) + (frame.Id is null ? 0 : 1) + frame.Payload.Length);
                for (int i = frame.Id switch { (byte)PeerMessageId.Unchoke => 32, (byte)PeerMessageId.Piece => 1, _ => 0 }; i > 0; i--, next++)
                {
                    uint block = next % (uint)(torrent.Length / BlockRequest.MaxLength),
                        perPiece = (uint)torrent.PieceLength / BlockRequest.MaxLength;
                    await peer.SendAsync(
                        new RequestMessage(block / perPiece, block % perPiece * BlockRequest.MaxLength, BlockRequest.MaxLength), cancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }
}
