using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>Logs every message to and from one peer, at the most detailed log level. Safe for all threads.</summary>
internal sealed class PeerTrace
{
    private readonly ILogger _logger;
    private readonly IPEndPoint _peer;

    private PeerTrace(ILogger logger, IPEndPoint peer)
    {
        _logger = logger;
        _peer = peer;
    }

    /// <summary>Creates a trace, or returns null if the log level is disabled, so that it costs nothing.</summary>
    public static PeerTrace? Of(ILogger logger, IPEndPoint peer) => logger.IsEnabled(LogLevel.Trace) ? new PeerTrace(logger, peer) : null;

    /// <summary>Logs the messages of one read.</summary>
    public void Received(IReadOnlyList<PeerMessage> messages)
    {
        foreach (PeerMessage message in messages)
            _logger.Trace("received from {Peer}: {Message}", _peer, Text(message));
    }

    /// <summary>Logs a sent message.</summary>
    public void Sent(PeerMessage message) => _logger.Trace("sent to {Peer}: {Message}", _peer, Text(message));

    /// <summary>Logs sent requests.</summary>
    public void Asked(IReadOnlyList<BlockRequest> blocks) => Each("sent to {Peer}: {Message}", "request", blocks);

    /// <summary>Logs sent blocks.</summary>
    public void Gave(IReadOnlyList<BlockRequest> blocks) => Each("sent to {Peer}: {Message}", "piece", blocks);

    /// <summary>A message as text.</summary>
    internal static string Text(PeerMessage message) => message switch
    {
        HaveMessage have => string.Create(CultureInfo.InvariantCulture, $"have {have.Piece}"),
        BitfieldMessage bitfield => string.Create(CultureInfo.InvariantCulture, $"bitfield of {bitfield.Bytes.Length} bytes"),
        RequestMessage request => Block("request", request.Piece, request.Begin, request.Length),
        CancelMessage cancel => Block("cancel", cancel.Piece, cancel.Begin, cancel.Length),
        RejectRequestMessage reject => Block("reject", reject.Piece, reject.Begin, reject.Length),
        BlockMessage block => Block("piece", block.Piece, block.Begin, block.Data.Length),
        PortMessage port => string.Create(CultureInfo.InvariantCulture, $"port {port.Port}"),
        SuggestPieceMessage suggested => string.Create(CultureInfo.InvariantCulture, $"suggest {suggested.Piece}"),
        AllowedFastMessage allowed => string.Create(CultureInfo.InvariantCulture, $"allowed fast {allowed.Piece}"),
        ExtendedMessage extended =>
            string.Create(CultureInfo.InvariantCulture, $"extended {extended.ExtendedId}, {extended.Payload.Length} bytes"),
        ChokeMessage => "choke",
        UnchokeMessage => "unchoke",
        InterestedMessage => "interested",
        NotInterestedMessage => "not interested",
        HaveAllMessage => "have all",
        HaveNoneMessage => "have none",
        _ => message.GetType().Name,
    };

    private static string Block(string what, long piece, long begin, long length) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} {piece}, {length} bytes at {begin}");

    private void Each(string template, string what, IReadOnlyList<BlockRequest> blocks)
    {
        foreach (BlockRequest block in blocks)
            _logger.Trace(template, _peer, Block(what, block.Piece.Value, block.Begin, block.Length));
    }
}
