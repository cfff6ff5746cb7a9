using Pieces.Primitives;

namespace Pieces.Providers;

/// <summary>The connection to a <see cref="BlockProvider"/>: a peer connection, or another way to get blocks. No member waits.</summary>
internal interface IProviderLink
{
    /// <summary>Whether we have sent it our interest. Nothing is requested before that.</summary>
    bool AmInterested { get; }

    /// <summary>Whether it chokes us. Allowed-fast pieces (<see cref="ProviderRequests.AllowedFast"/>) may be requested anyway.</summary>
    bool IsChoking { get; }

    /// <summary>Sends it whether we are interested.</summary>
    void TellInterest(bool isInterested);

    /// <summary>Sends requests, in order.</summary>
    void SendRequests(IReadOnlyList<BlockRequest> blocks);

    /// <summary>Cancels a request. The block may still arrive.</summary>
    void SendCancel(BlockRequest block);

    /// <summary>The provider sent a block that was not requested.</summary>
    /// <param name="exists">Whether the torrent has such a block.</param>
    void OnUnsolicitedBlock(bool exists);
}
