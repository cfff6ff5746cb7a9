using Pieces.Primitives;

namespace Pieces.Providers;

/// <summary>How a <see cref="BlockProvider"/> is reached, whatever it is: a peer's connection, or another way to get blocks. No member
/// waits.</summary>
internal interface IProviderLink
{
    /// <summary>Whether it knows that we want something of it. Nothing is requested before.</summary>
    bool AmInterested { get; }

    /// <summary>Whether it refuses requests for now, except for pieces that it allowed (<see cref="ProviderRequests.AllowedFast"/>).</summary>
    bool IsChoking { get; }

    /// <summary>Tells it whether we want something of it.</summary>
    void TellInterest(bool isInterested);

    /// <summary>Sends requests, in order.</summary>
    void SendRequests(IReadOnlyList<BlockRequest> blocks);

    /// <summary>Takes a request back. Its block may come all the same.</summary>
    void SendCancel(BlockRequest block);

    /// <summary>It sent a block that nobody requested.</summary>
    /// <param name="exists">Whether the torrent has such a block.</param>
    void OnUnsolicitedBlock(bool exists);
}
