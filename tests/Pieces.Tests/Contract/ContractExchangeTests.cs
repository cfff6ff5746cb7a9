using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Tests.Loopback;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Contract;

/// <summary>Whether the extension handshake offers peer exchange.</summary>
[Trait("Tier", "Loopback")]
public class ContractExchangeTests
{
    private static readonly TestTorrent Torrent = new("film.bin", 256 * 1024, 16 * 1024);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Contract("flag --no-pex")]
    public async Task Peers_are_not_exchanged_where_the_user_does_not_want_it(bool isWanted)
    {
        using var folder = new TempFolder();
        await using ITransportListener listener = new TcpTransport(new Outbound(), TimeProvider.System, NullLogger.Instance).Listen(
            System.Net.IPAddress.Loopback, 0, 0);
        string peer = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{listener.Port}");
        await using PiecesProcess process = PiecesProcess.Start(PiecesCommand.Download(
            Torrent.WriteTorrent(folder.Path), folder["out"],
            ["--no-trackers", "--peer", peer, "--encryption", "off", .. isWanted ? [] : (string[])["--no-pex"]]));
        await using ScriptedPeer us = await ScriptedPeer.AcceptAsync(listener, Token);
        await us.ReadHandshakeAsync(Token);
        await us.SendHandshakeAsync(Torrent.Metainfo.Swarms[0], PeerId.Create(new Random(1)), Token);
        ExtensionHandshake? hello = null;
        while (hello is null && await us.ReadFrameAsync(Token) is { } frame)
        {
            if (frame.Id == (byte)PeerMessageId.Extended && frame.Payload[0] == 0)
                hello = ExtensionHandshake.Decode(frame.Payload.AsMemory(1));
        }

        hello!.Extensions.ContainsKey(PeerExchangeCodec.ExtensionName).Should().Be(isWanted);
    }
}
