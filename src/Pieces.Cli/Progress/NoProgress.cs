namespace Pieces.Cli.Progress;

/// <summary>Displays nothing.</summary>
internal sealed class NoProgress : IProgressView
{
    /// <inheritdoc/>
    public void Show(IReadOnlyList<TransferStatus> transfers)
    {
    }

    /// <inheritdoc/>
    public void Finish(TransferStatus transfer)
    {
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
