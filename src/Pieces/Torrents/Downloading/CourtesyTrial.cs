namespace Pieces.Torrents.Downloading;

/// <summary>
/// Whether courtesy towards leechers pays: it is given up for a while when we get less than half of what we got without it. Whoever takes our
/// courtesy and gives nothing would else hold up the download for as long as it likes. Pure; owned by the torrent's loop.
/// </summary>
internal sealed class CourtesyTrial
{
    /// <summary>Time in which courtesy must bring something, in seconds.</summary>
    public const int TrialSeconds = 4;

    /// <summary>For how long it is given up first, in seconds; twice as long each time that it fails again.</summary>
    public const int FirstPause = 15;

    /// <summary>The longest pause, in seconds.</summary>
    public const int LongestPause = 600;

    private readonly long _frequency;
    private long? _lookedAt;
    private long _lastBytes;
    private double _rate;
    private double _without;
    private double _crowdedFor;
    private long _pausedUntil;
    private int _failures;

    /// <summary>Makes it before anything has come.</summary>
    /// <param name="frequency">Timestamps in a second.</param>
    public CourtesyTrial(long frequency) => _frequency = frequency;

    /// <summary>Whether courtesy may be shown now.</summary>
    /// <param name="isCrowded">Whether it is shown since the last look.</param>
    /// <param name="received">Bytes that all have sent us so far.</param>
    /// <param name="now">Timestamp.</param>
    public bool Allows(bool isCrowded, long received, long now)
    {
        double seconds = _lookedAt is { } last ? (double)(now - last) / _frequency : 1;
        if (seconds >= 1)
            Look(isCrowded, received, now, seconds);
        return now >= _pausedUntil;
    }

    // Once a second: half of the rate is that of the last second, so that it follows within a few.
    private void Look(bool isCrowded, long received, long now, double seconds)
    {
        double rate = _lookedAt is null ? 0 : (received - _lastBytes) / seconds;
        double weight = Math.Min(1, seconds / 2);
        _rate += (rate - _rate) * weight;
        (_lookedAt, _lastBytes) = (now, received);
        if (!isCrowded)
        {
            _without = Math.Max(_rate, _without - (_without * Math.Min(1, seconds / 10)));
            _crowdedFor = 0;
            return;
        }

        _crowdedFor += seconds;
        if (_crowdedFor < TrialSeconds || _rate >= _without / 2)
            return;
        _pausedUntil = now + (long)(Math.Min(LongestPause, FirstPause * Math.Pow(2, Math.Min(_failures++, 10))) * _frequency);
        _crowdedFor = 0;
    }
}
