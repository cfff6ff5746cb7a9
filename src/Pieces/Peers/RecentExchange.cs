namespace Pieces.Peers;

/// <summary>The payload exchanged with a peer within the last minutes, recorded in steps. <see cref="Look"/> must be called periodically.</summary>
internal sealed class RecentExchange
{
    /// <summary>Length of a step in seconds.</summary>
    public const int StepSeconds = 15;

    /// <summary>Maximum period in seconds that can be queried.</summary>
    public const int MostSeconds = StepSeconds * Steps;

    private const int Steps = 20;

    private readonly long[] _totals = new long[Steps];
    private readonly TimeProvider _time;
    private readonly long _begin;
    private long _step;
    private long _total;

    /// <summary>Starts at <paramref name="now"/> with nothing exchanged.</summary>
    public RecentExchange(TimeProvider time, long now)
    {
        _time = time;
        _begin = now;
    }

    /// <summary>Records the total number of bytes up to <paramref name="now"/>. Bytes since the last call are counted as of now.</summary>
    public void Look(long total, long now)
    {
        long step = (long)_time.GetElapsedTime(_begin, now).TotalSeconds / StepSeconds;
        for (long i = Math.Max(_step + 1, step - Steps + 1); i <= step; i++)
            _totals[i % Steps] = _total;
        _step = Math.Max(step, _step);
        _total = total;
    }

    /// <summary>Bytes exchanged within the last seconds before the last <see cref="Look"/>, exact to one step.</summary>
    public long BytesIn(int seconds)
    {
        int back = Math.Clamp(seconds / StepSeconds, 0, Steps - 1);
        return _total - (_step < back ? 0 : _totals[(_step - back) % Steps]);
    }
}
