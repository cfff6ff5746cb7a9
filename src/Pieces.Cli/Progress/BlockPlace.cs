namespace Pieces.Cli.Progress;

/// <summary>What is known of the terminal that a block is painted on, and whether it is ours at the moment. Used under its owner's lock.</summary>
internal sealed class BlockPlace
{
    private readonly TimeProvider _time;
    private (int Columns, int Rows) _size;
    private long _paintedAt;
    private bool _isLost;

    public BlockPlace(TimeProvider time) => _time = time;

    /// <summary>Whether the terminal was given back for a while.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether the terminal was given back for good.</summary>
    public bool IsOver { get; set; }

    /// <summary>Time since the block was painted.</summary>
    public TimeSpan SincePaint => _time.GetElapsedTime(_paintedAt);

    /// <summary>The terminal may have lost what was painted.</summary>
    public void Lose() => _isLost = true;

    /// <summary>Whether all of the block has to be painted again on a terminal of this size.</summary>
    public bool NeedsAll((int Columns, int Rows) size) => _isLost || size != _size;

    /// <summary>The block is painted on a terminal of this size.</summary>
    public void Painted((int Columns, int Rows) size)
    {
        _size = size;
        _paintedAt = _time.GetTimestamp();
        _isLost = false;
    }
}
