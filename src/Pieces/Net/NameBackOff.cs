using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>
/// Remembers which names failed to resolve, so that they are not looked up again at once. Beyond <see cref="Capacity"/> names, the one whose pause
/// ends first is forgotten. Not thread-safe. Reads no clock.
/// </summary>
internal sealed class NameBackOff
{
    /// <summary>Maximum number of names that are remembered.</summary>
    public const int Capacity = 512;

    /// <summary>Pause after the first failure; doubled by each further one.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    /// <summary>Maximum pause for names from untrusted sources.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    /// <summary>Maximum pause for other names: their callers already wait between attempts.</summary>
    public static readonly TimeSpan LongestPauseOfOurs = FirstPause;

    private readonly Dictionary<string, Failure> _failures = [];

    /// <summary>The error of the last lookup if the name must not be looked up now; null if it may.</summary>
    public SocketError? Refuse(string host, NameSource source, TimeSpan now) =>
        _failures.TryGetValue(host, out Failure failure) && now < failure.At + PauseOf(failure.Count, source) ? failure.Error : null;

    /// <summary>The lookup failed.</summary>
    public void Failed(string host, SocketError error, TimeSpan now)
    {
        int count = _failures.TryGetValue(host, out Failure known) ? known.Count + 1 : 1;
        if (count == 1 && _failures.Count >= Capacity)
            _failures.Remove(_failures.MinBy(pair => pair.Value.At + PauseOf(pair.Value.Count, NameSource.Stranger)).Key);
        _failures[host] = new Failure(error, count, now);
    }

    /// <summary>The lookup succeeded.</summary>
    public void Succeeded(string host) => _failures.Remove(host);

    private static TimeSpan PauseOf(int failures, NameSource source)
    {
        double seconds = FirstPause.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 20));
        TimeSpan longest = source == NameSource.Stranger ? LongestPause : LongestPauseOfOurs;
        return TimeSpan.FromSeconds(Math.Min(seconds, longest.TotalSeconds));
    }

    private readonly record struct Failure(SocketError Error, int Count, TimeSpan At);
}
