namespace Pieces.Cli.Progress;

/// <summary>What a block shows, and whether that has changed since it was painted. Used under its owner's lock.</summary>
internal sealed class BlockContent
{
    /// <summary>The transfers.</summary>
    public IReadOnlyList<TransferRow> Rows { get; private set; } = [];

    /// <summary>How many more wait for their turn.</summary>
    public int Waiting { get; set; }

    /// <summary>Whether the transfers were replaced since the last <see cref="Take"/>.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Replaces the transfers.</summary>
    public void Show(IReadOnlyList<TransferRow> rows)
    {
        Rows = rows;
        IsChanged = true;
    }

    /// <summary>The transfers are being painted.</summary>
    public IReadOnlyList<TransferRow> Take()
    {
        IsChanged = false;
        return Rows;
    }
}
