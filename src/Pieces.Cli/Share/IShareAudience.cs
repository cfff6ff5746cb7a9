using Pieces.Cli.Transfers;

namespace Pieces.Cli.Share;

/// <summary>Reports a share to the user: by lines for people or by events for programs.</summary>
internal interface IShareAudience
{
    /// <summary>Reports the link and the command line for recipients.</summary>
    void Offer(TransferItem item, ShareOffer offer);

    /// <summary>Reports that another peer has completed its download. Called on any thread.</summary>
    /// <param name="who">Address and, if known, program of the peer.</param>
    /// <param name="count">Number of completed downloads so far, including this one.</param>
    void Downloaded(string who, int count);
}
