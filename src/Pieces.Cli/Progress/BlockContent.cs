namespace Pieces.Cli.Progress;

/// <summary>The content of the block, and whether it has changed since the last repaint. The owner's lock guards it.</summary>
internal sealed class BlockContent
{
    /// <summary>The transfers.</summary>
    public IReadOnlyList<TransferRow> Rows { get; private set; } = [];

    /// <summary>Number of transfers that are waiting to start.</summary>
    public int Waiting { get; set; }

    /// <summary>Whether the transfers were replaced since the last <see cref="Take"/>.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Replaces the transfers.</summary>
    public void Show(IReadOnlyList<TransferRow> rows)
    {
        Rows = rows;
        IsChanged = true;
    }

    /// <summary>Returns the transfers for painting and clears <see cref="IsChanged"/>.</summary>
    public IReadOnlyList<TransferRow> Take()
    {
        IsChanged = false;
        return Rows;
    }
}
