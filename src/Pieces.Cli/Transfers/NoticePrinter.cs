using Pieces.Cli.Terminal;
using Pieces.Peers;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>Prints the notices of a torrent for <c>-v</c>. It is called on the torrent's loop and only writes lines.</summary>
internal sealed class NoticePrinter : IProgress<TorrentNotice>
{
    private readonly Messages _messages;

    public NoticePrinter(Messages messages) => _messages = messages;

    /// <inheritdoc/>
    public void Report(TorrentNotice value)
    {
        switch (value)
        {
            case MetadataNotice metadata:
                _messages.Information($"{metadata.Name}: metadata received, {Quantity.Size(metadata.Size)} in total");
                break;
            case FileNotice { WasComplete: false } file:
                _messages.Information($"{file.Path}: complete, {Quantity.Size(file.Length)}");
                break;
            case PeerNotice { Change: PeerChange.Connected } peer:
                string how = peer.IsEncrypted ? ", encrypted" : string.Empty;
                _messages.Information($"peer {peer.Address}{ClientOf(peer)}: connected{how}{FoundBy(peer.Origin)}");
                break;
            case PeerNotice { Change: PeerChange.Banned } peer:
                _messages.Information($"peer {peer.Address}{ClientOf(peer)}: banned, {peer.Reason}");
                break;
            case PeerNotice { Change: PeerChange.Completed } peer:
                _messages.Information($"peer {peer.Address}{ClientOf(peer)}: has everything now");
                break;
            case PeerNotice peer:
                _messages.Information($"peer {peer.Address}{ClientOf(peer)}: closed{(peer.Reason.Length == 0 ? string.Empty : $", {peer.Reason}")}");
                break;
            case TrackerNotice { Error: null } tracker:
                _messages.Information($"tracker {tracker.Url}: {Quantity.Count(tracker.Peers, "peer")}");
                break;
            case TrackerNotice tracker:
                _messages.Warning($"tracker {tracker.Url}: {tracker.Error}");
                break;
            case DhtNotice { Answers: 0 } dht:
                _messages.Information($"DHT: no node answered, {Quantity.Count(dht.Nodes, "node")} known");
                break;
            case DhtNotice dht:
                _messages.Information($"DHT: {Quantity.Count(dht.Peers, "peer")}, {Quantity.Count(dht.Answers, "node")} answered, {dht.Nodes} known");
                break;
            case WarningNotice warning:
                _messages.Warning(warning.Message);
                break;
            default:
                break;
        }
    }

    private static string FoundBy(PeerOrigin? origin) => origin switch
    {
        PeerOrigin.Dht => ", found in the DHT",
        PeerOrigin.Local => ", found on the local network",
        PeerOrigin.Exchange => ", found by other peers",
        _ => string.Empty,
    };

    private static string ClientOf(PeerNotice peer) => peer.Client.Length == 0 ? string.Empty : $" ({peer.Client})";
}
