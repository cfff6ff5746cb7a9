namespace Pieces.Cli.Progress;

/// <summary>The state of the terminal that the block is painted on, and whether we may paint now. The owner's lock guards it.</summary>
internal sealed class BlockPlace
{
    private readonly TimeProvider _time;
    private (int Columns, int Rows) _size;
    private long _paintedAt;
    private bool _isLost;

    public BlockPlace(TimeProvider time) => _time = time;

    /// <summary>Whether the block is removed temporarily.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether the block is removed for good.</summary>
    public bool IsOver { get; set; }

    /// <summary>Time since the last repaint.</summary>
    public TimeSpan SincePaint => _time.GetElapsedTime(_paintedAt);

    /// <summary>Notes that the terminal may have lost the block.</summary>
    public void Lose() => _isLost = true;

    /// <summary>Whether the whole block must be painted again on a terminal of this size.</summary>
    public bool NeedsAll((int Columns, int Rows) size) => _isLost || size != _size;

    /// <summary>Notes that the block was painted on a terminal of this size.</summary>
    public void Painted((int Columns, int Rows) size)
    {
        _size = size;
        _paintedAt = _time.GetTimestamp();
        _isLost = false;
    }
}
