using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Streaming;

/// <summary>
/// A temporary file that keeps a limited number of pieces of a torrent. The slot of a dropped piece is reused, so the file is never longer than its
/// slots. Access is positional, so any number of threads can work at the same time. Calls block.
/// </summary>
internal sealed class SlidingFile : IPieceBytes, IDisposable
{
    private readonly PieceLayout _layout;
    private readonly string _folder;
    private readonly IFileSystem _system;
    private readonly FileStream _file;

    private SlidingFile(PieceLayout layout, int slots, string folder, IFileSystem system, FileStream file)
    {
        _layout = layout;
        _folder = folder;
        _system = system;
        _file = file;
        Slots = new PieceSlots(slots);
    }

    /// <summary>The slots of the pieces in the file.</summary>
    public PieceSlots Slots { get; }

    /// <summary>Creates an empty file.</summary>
    /// <param name="layout">Piece arithmetic of the torrent.</param>
    /// <param name="slots">Number of pieces that the file can keep.</param>
    /// <param name="folder">Folder of the file.</param>
    /// <param name="system">Creates and writes the file.</param>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public static SlidingFile Create(PieceLayout layout, int slots, string folder, IFileSystem system)
    {
        try
        {
            return new SlidingFile(layout, slots, folder, system, system.CreateUnnamed(folder));
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(folder, "create a temporary file in it", e);
        }
    }

    /// <inheritdoc/>
    public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers)
    {
        PieceIndex piece = _layout.PieceAt(offset);
        long position = PositionOf(Slots.Take(piece), piece, offset);
        long length = 0;
        foreach (ReadOnlyMemory<byte> buffer in buffers)
            length += buffer.Length;
        try
        {
            var cursor = new BufferCursor();
            List<ReadOnlyMemory<byte>> views = new(Math.Min(buffers.Count, BufferCursor.MaxBuffersPerCall));
            for (long done = 0; done < length;)
            {
                int taken = cursor.TakeForWriting(buffers, (int)(length - done), views);
                _system.Write(_file.SafeFileHandle, views, position + done);
                done += taken;
            }
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(_folder, $"write {length} bytes to a temporary file in it", e);
        }
    }

    /// <inheritdoc/>
    public bool TryRead(long offset, Memory<byte> buffer)
    {
        PieceIndex piece = _layout.PieceAt(offset);
        if (!Slots.TryFind(piece, out int slot))
            return false;
        long position = PositionOf(slot, piece, offset);
        try
        {
            while (buffer.Length > 0)
            {
                int read = RandomAccess.Read(_file.SafeFileHandle, buffer.Span, position);
                if (read == 0)
                    return false;
                buffer = buffer[read..];
                position += read;
            }

            return true;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(_folder, $"read {buffer.Length} bytes of a temporary file in it", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private long PositionOf(int slot, PieceIndex piece, long offset) => ((long)slot * _layout.PieceLength) + (offset - _layout.OffsetOf(piece));
}
