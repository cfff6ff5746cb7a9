using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// Where questions of ours are on their way to, told by the loop and read by the socket's task: answers must get past the gate while a flood is kept
/// out. An address that was not asked seems so only by sharing its place with one that was. Safe for all threads.
/// </summary>
internal sealed class AskedHosts
{
    private const int Places = 4096;

    private readonly int[] _counts = new int[Places];
    private readonly ulong _salt;

    /// <summary>Makes one; the salt makes unforeseeable who shares a place with whom.</summary>
    public AskedHosts(ulong salt) => _salt = salt;

    /// <summary>A question is on its way.</summary>
    public void Add(CompactEndPoint endPoint) => Interlocked.Increment(ref _counts[PlaceOf(endPoint)]);

    /// <summary>A question has ended.</summary>
    public void Remove(CompactEndPoint endPoint) => Interlocked.Decrement(ref _counts[PlaceOf(endPoint)]);

    /// <summary>Whether an answer may come from there.</summary>
    public bool MayContain(CompactEndPoint endPoint) => Volatile.Read(ref _counts[PlaceOf(endPoint)]) > 0;

    private int PlaceOf(CompactEndPoint endPoint) => (int)(SourceLimiter.Mix(endPoint, _salt) % Places);
}
