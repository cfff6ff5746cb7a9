using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// The hosts to which our queries are pending, so that replies pass the gate during a flood. Written by the node's loop, read by the socket's task.
/// It is a hash table of counters without collision handling, so a host that was not queried passes if it shares a slot with one that was. It also
/// records the hosts that replied recently: their source addresses are not forged. Safe for all threads.
/// </summary>
internal sealed class AskedHosts
{
    private const int Places = 4096;

    // How long a reply proves that the host exists.
    private static readonly TimeSpan AnswerLifetime = TimeSpan.FromMinutes(15);

    private readonly int[] _counts = new int[Places];
    private readonly ulong _salt;

    // Upper half: hash of the host's address. Lower half: time of its latest reply in seconds. One word, so that both change atomically.
    private readonly ulong[] _answered = new ulong[Places];

    /// <summary>Creates an empty table.</summary>
    /// <param name="salt">Salt of the hash, so that an attacker cannot predict which hosts share a slot.</param>
    public AskedHosts(ulong salt) => _salt = salt;

    /// <summary>A query was sent to this address.</summary>
    public void Add(CompactEndPoint endPoint) => Interlocked.Increment(ref _counts[PlaceOf(endPoint)]);

    /// <summary>A query to this address has ended.</summary>
    public void Remove(CompactEndPoint endPoint) => Interlocked.Decrement(ref _counts[PlaceOf(endPoint)]);

    /// <summary>Whether a reply from this address may be expected.</summary>
    public bool MayContain(CompactEndPoint endPoint) => Volatile.Read(ref _counts[PlaceOf(endPoint)]) > 0;

    /// <summary>A host has replied to a query of ours.</summary>
    public void NoteAnswer(CompactEndPoint endPoint, TimeSpan now) =>
        Volatile.Write(ref _answered[HostPlaceOf(endPoint)], PrintOf(endPoint) << 32 | (uint)now.TotalSeconds);

    /// <summary>Whether a host has replied to a query of ours recently.</summary>
    public bool HasAnswered(CompactEndPoint endPoint, TimeSpan now)
    {
        ulong noted = Volatile.Read(ref _answered[HostPlaceOf(endPoint)]);
        return noted != 0 && noted >> 32 == PrintOf(endPoint) && now.TotalSeconds - (uint)noted <= AnswerLifetime.TotalSeconds;
    }

    private ulong PrintOf(CompactEndPoint endPoint) => PerHostLimiter.Mix(AddressFacts.HostOf(endPoint), ~_salt);

    private int HostPlaceOf(CompactEndPoint endPoint) => (int)(PerHostLimiter.Mix(AddressFacts.HostOf(endPoint), _salt) % Places);

    private int PlaceOf(CompactEndPoint endPoint) => (int)(PerHostLimiter.Mix(endPoint, _salt) % Places);
}
