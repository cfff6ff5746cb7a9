using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// Where questions of ours are on their way to, told by the loop and read by the socket's task: answers must get past the gate while a flood is kept
/// out. An address that was not asked seems so only by sharing its place with one that was. It also remembers who has answered: a host that did so is
/// no made-up address. Safe for all threads.
/// </summary>
internal sealed class AskedHosts
{
    private const int Places = 4096;

    // How long an answer shows that a host is there.
    private static readonly TimeSpan AnswerLifetime = TimeSpan.FromMinutes(15);

    private readonly int[] _counts = new int[Places];
    private readonly ulong _salt;

    // A print of the host's address in the upper half and the second of its latest answer in the lower one, so that both change together.
    private readonly ulong[] _answered = new ulong[Places];

    /// <summary>Makes one; the salt makes unforeseeable who shares a place with whom.</summary>
    public AskedHosts(ulong salt) => _salt = salt;

    /// <summary>A question is on its way.</summary>
    public void Add(CompactEndPoint endPoint) => Interlocked.Increment(ref _counts[PlaceOf(endPoint)]);

    /// <summary>A question has ended.</summary>
    public void Remove(CompactEndPoint endPoint) => Interlocked.Decrement(ref _counts[PlaceOf(endPoint)]);

    /// <summary>Whether an answer may come from there.</summary>
    public bool MayContain(CompactEndPoint endPoint) => Volatile.Read(ref _counts[PlaceOf(endPoint)]) > 0;

    /// <summary>A host has answered a question of ours.</summary>
    public void NoteAnswer(CompactEndPoint endPoint, TimeSpan now) =>
        Volatile.Write(ref _answered[HostPlaceOf(endPoint)], PrintOf(endPoint) << 32 | (uint)now.TotalSeconds);

    /// <summary>Whether a host has answered a question of ours not long ago.</summary>
    public bool HasAnswered(CompactEndPoint endPoint, TimeSpan now)
    {
        ulong noted = Volatile.Read(ref _answered[HostPlaceOf(endPoint)]);
        return noted != 0 && noted >> 32 == PrintOf(endPoint) && now.TotalSeconds - (uint)noted <= AnswerLifetime.TotalSeconds;
    }

    private ulong PrintOf(CompactEndPoint endPoint) => SourceLimiter.Mix(AddressFacts.HostOf(endPoint), ~_salt);

    private int HostPlaceOf(CompactEndPoint endPoint) => (int)(SourceLimiter.Mix(AddressFacts.HostOf(endPoint), _salt) % Places);

    private int PlaceOf(CompactEndPoint endPoint) => (int)(SourceLimiter.Mix(endPoint, _salt) % Places);
}
