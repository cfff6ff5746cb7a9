namespace Pieces.Cli.Progress;

/// <summary>Shows how transfers go. Used by one task.</summary>
internal interface IProgressView : IAsyncDisposable
{
    /// <summary>How many more transfers wait for their turn; for the next <see cref="Show"/>.</summary>
    void Queue(int waiting)
    {
    }

    /// <summary>Shows the states of the moment; called several times a second.</summary>
    void Show(IReadOnlyList<TransferStatus> transfers);

    /// <summary>Says how a transfer ended that ended well.</summary>
    void Finish(TransferStatus transfer);
}
