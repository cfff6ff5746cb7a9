using Pieces.Storage;

namespace Pieces.Cli.Share;

/// <summary>What <c>pieces share</c> is to do beside seeding. The offer is made when the ports are known.</summary>
internal sealed class SharePlan
{
    private volatile ShareOffer? _offer;

    /// <param name="content">What is shared.</param>
    /// <param name="times">Complete downloads after which it ends; null for no end.</param>
    public SharePlan(LocalContent content, int? times)
    {
        Content = content;
        Times = times;
    }

    /// <summary>What is shared.</summary>
    public LocalContent Content { get; }

    /// <summary>Complete downloads after which it ends, or null.</summary>
    public int? Times { get; }

    /// <summary>Counts them.</summary>
    public ShareLedger Ledger { get; } = new();

    /// <summary>What the other side is given; null before the ports are open.</summary>
    public ShareOffer? Offer
    {
        get => _offer;
        set => _offer = value;
    }

    /// <summary>Told by the tracker of each download that it heard of first; on any thread.</summary>
    public Action<string>? HeardByTracker { get; set; }
}
