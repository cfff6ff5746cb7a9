using System.Numerics;
using System.Runtime.InteropServices;
using Pieces.Fuzz.Engine;
using SharpFuzz.Common;

namespace Pieces.Fuzz.Instrumentation;

/// <summary>
/// The counters that the tool <c>sharpfuzz</c> adds to each branch of the library and the command line. Where it has not run, no branch is ever seen.
/// </summary>
internal sealed unsafe class BranchCounters : IBranchMap
{
    private const int Size = 65536;

    private static readonly byte* Map = (byte*)NativeMemory.AllocZeroed(Size);

    private readonly byte[] _seen = new byte[Size];

    /// <summary>Gives the instrumented code its counters. It must not run before.</summary>
    public BranchCounters() => Trace.SharedMem = Map;

    /// <inheritdoc/>
    public int Branches { get; private set; }

    /// <inheritdoc/>
    public void Begin()
    {
        NativeMemory.Clear(Map, Size);
        Trace.PrevLocation = 0;
    }

    /// <inheritdoc/>
    public bool TakeNews()
    {
        int news = 0;
        var words = new ReadOnlySpan<ulong>(Map, Size / sizeof(ulong));
        for (int word = 0; word < words.Length; word++)
        {
            if (words[word] == 0)
                continue;
            for (int at = word * sizeof(ulong); at < (word + 1) * sizeof(ulong); at++)
            {
                if (Map[at] == 0)
                    continue;
                byte magnitude = (byte)(1 << BitOperations.Log2(Map[at]));
                if ((_seen[at] & magnitude) != 0)
                    continue;
                _seen[at] |= magnitude;
                news++;
            }
        }

        Branches += news;
        return news > 0;
    }
}
