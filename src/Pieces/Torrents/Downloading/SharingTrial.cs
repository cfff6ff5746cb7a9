namespace Pieces.Torrents.Downloading;

/// <summary>
/// Decides whether seed sharing (<see cref="SeedSharingPolicy"/>) pays off. Seed sharing is suspended for a while when the download rate falls below
/// half of the rate without it. Otherwise, peers that benefit from our seed sharing and send nothing could slow down the download indefinitely. Pure;
/// owned by the torrent's loop.
/// </summary>
internal sealed class SharingTrial
{
    /// <summary>Minimum time with seed sharing before its effect is judged, in seconds.</summary>
    public const int TrialSeconds = 4;

    /// <summary>Length of the first suspension, in seconds. It doubles with every further failure.</summary>
    public const int FirstPause = 15;

    /// <summary>Maximum length of a suspension of seed sharing, in seconds.</summary>
    public const int LongestPause = 600;

    private readonly long _frequency;
    private long? _lookedAt;
    private long _lastBytes;
    private double _rate;
    private double _without;
    private double _crowdedFor;
    private long _pausedUntil;
    private int _failures;

    /// <summary>Creates an instance.</summary>
    /// <param name="frequency">Timestamp ticks per second.</param>
    public SharingTrial(long frequency) => _frequency = frequency;

    /// <summary>Whether seed sharing is allowed now.</summary>
    /// <param name="isCrowded">Whether seed sharing has been in effect since the last call.</param>
    /// <param name="received">Total bytes received from all providers so far.</param>
    /// <param name="now">Timestamp.</param>
    public bool Allows(bool isCrowded, long received, long now)
    {
        double seconds = _lookedAt is { } last ? (double)(now - last) / _frequency : 1;
        if (seconds >= 1)
            Look(isCrowded, received, now, seconds);
        return now >= _pausedUntil;
    }

    // Called about once a second. The last second has half of the weight in the smoothed rate, so that the rate follows a change within a few
    // seconds.
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
