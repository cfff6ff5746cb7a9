using System.Buffers;
using System.Runtime.InteropServices;

namespace Pieces.Storage;

/// <summary>
/// Memory outside the collector's heap. Blocks live in it because a few MiB of pinned arrays are enough to make the collector look at everything; here it
/// looks at nothing, and the system may read and write without anything being pinned. Whoever made it disposes it, once nobody uses its memory.
/// </summary>
internal sealed unsafe class NativeSlab : MemoryManager<byte>
{
    private const int PageLength = 4096;

    private void* _start;
    private readonly int _length;

    /// <summary>Takes <paramref name="length"/> bytes from the system, of no particular content.</summary>
    /// <exception cref="OutOfMemoryException">The system has none.</exception>
    public NativeSlab(int length)
    {
        _start = NativeMemory.AlignedAlloc((nuint)length, PageLength);
        _length = length;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        return new Span<byte>(_start, _length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length, nameof(elementIndex));
        return new MemoryHandle((byte*)_start + elementIndex, pinnable: this);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(_start);
        _start = null;
    }
}
