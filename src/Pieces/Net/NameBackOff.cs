using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>
/// Remembers which names could not be looked up, so that nobody asks for them again and again. Bounded: beyond <see cref="Capacity"/> names the one
/// that may be asked for soonest is forgotten. Not safe for several threads. Pure.
/// </summary>
internal sealed class NameBackOff
{
    /// <summary>Most names that are remembered.</summary>
    public const int Capacity = 512;

    /// <summary>Pause after the first failure; doubled by each further one.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause for the names of strangers.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    /// <summary>Longest pause for other names: those who ask for them wait between their attempts themselves.</summary>
    public static readonly TimeSpan LongestPauseOfOurs = FirstPause;

    private readonly Dictionary<string, Failure> _failures = [];

    /// <summary>Why a name is not looked up now; null when it is.</summary>
    public SocketError? Refuse(string host, NameSource source, TimeSpan now) =>
        _failures.TryGetValue(host, out Failure failure) && now < failure.At + PauseOf(failure.Count, source) ? failure.Error : null;

    /// <summary>The name could not be looked up.</summary>
    public void Failed(string host, SocketError error, TimeSpan now)
    {
        int count = _failures.TryGetValue(host, out Failure known) ? known.Count + 1 : 1;
        if (count == 1 && _failures.Count >= Capacity)
            _failures.Remove(_failures.MinBy(pair => pair.Value.At + PauseOf(pair.Value.Count, NameSource.Stranger)).Key);
        _failures[host] = new Failure(error, count, now);
    }

    /// <summary>The name has an address.</summary>
    public void Succeeded(string host) => _failures.Remove(host);

    private static TimeSpan PauseOf(int failures, NameSource source)
    {
        double seconds = FirstPause.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 20));
        TimeSpan longest = source == NameSource.Stranger ? LongestPause : LongestPauseOfOurs;
        return TimeSpan.FromSeconds(Math.Min(seconds, longest.TotalSeconds));
    }

    private readonly record struct Failure(SocketError Error, int Count, TimeSpan At);
}
