using System.Buffers;
using System.Runtime.InteropServices;

namespace Pieces.Storage;

/// <summary>
/// Native memory outside the garbage-collected heap, for blocks. A few MiB of pinned arrays would be enough to trigger full collections; native
/// memory causes none, and system calls can read and write it without pinning. The creator disposes it, once its memory is no longer used.
/// </summary>
internal sealed unsafe class NativeSlab : MemoryManager<byte>
{
    private const int PageLength = 4096;

    private void* _start;
    private readonly int _length;

    /// <summary>Allocates <paramref name="length"/> bytes, uninitialised.</summary>
    /// <exception cref="OutOfMemoryException">The allocation failed.</exception>
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
