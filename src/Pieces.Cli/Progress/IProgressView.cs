namespace Pieces.Cli.Progress;

/// <summary>Displays the progress of transfers. Used by one task.</summary>
internal interface IProgressView : IAsyncDisposable
{
    /// <summary>Sets the number of transfers that are waiting to start, for the next <see cref="Show"/>.</summary>
    void Queue(int waiting)
    {
    }

    /// <summary>Shows the current states. Called several times a second.</summary>
    void Show(IReadOnlyList<TransferStatus> transfers);

    /// <summary>Reports the result of a transfer that ended successfully.</summary>
    void Finish(TransferStatus transfer);
}
