using Pieces.Cli.Transfers;

namespace Pieces.Cli.Share;

/// <summary>Tells the user of a share about it: people by lines, or programs by events.</summary>
internal interface IShareAudience
{
    /// <summary>Tells what the other side is to be given.</summary>
    void Offer(TransferItem item, ShareOffer offer);

    /// <summary>Reports that another peer has completed its download. Called on any thread.</summary>
    /// <param name="who">Address and, if known, program of the peer.</param>
    /// <param name="count">Downloads by others so far, this one included.</param>
    void Downloaded(string who, int count);
}
