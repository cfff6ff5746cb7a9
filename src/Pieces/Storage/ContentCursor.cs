using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>
/// The position up to which the wanted files of a stream have been read, in order. It advances with the reader and reports to the sink what the
/// reader has passed: <see cref="ContentTaken"/> for pieces, <see cref="FileFinished"/> for files. One reader; <see cref="OnStored"/> may be called
/// on any thread.
/// </summary>
internal sealed class ContentCursor
{
    private readonly PieceLayout _layout;
    private readonly IPieceBytes _bytes;
    private readonly IDiskSink _sink;
    private readonly PieceArrivals _arrivals;

    // Used by the reader only: the current file, the number of its bytes already read, and the first piece that is still needed.
    private int _ordinal;
    private long _done;
    private int _taken;

    /// <summary>Starts before the first byte.</summary>
    /// <param name="layout">Piece arithmetic of the torrent.</param>
    /// <param name="files">The files to read, in the order of the torrent.</param>
    /// <param name="bytes">Where stored pieces are read from.</param>
    /// <param name="sink">Receives the progress events.</param>
    public ContentCursor(PieceLayout layout, ImmutableArray<FileEntry> files, IPieceBytes bytes, IDiskSink sink)
    {
        _layout = layout;
        Files = files;
        _bytes = bytes;
        _sink = sink;
        _arrivals = new PieceArrivals(layout.PieceCount);
    }

    public ImmutableArray<FileEntry> Files { get; }

    /// <summary>Whether everything has been read. Only valid once the reader has ended.</summary>
    public bool IsAtEnd => _ordinal == Files.Length;

    /// <summary>Passes empty files at the beginning. Call it once, before the first read.</summary>
    public void Begin() => Settle();

    /// <summary>Reports that a piece is verified and stored.</summary>
    public void OnStored(PieceIndex piece) => _arrivals.Add(piece);

    /// <summary>No more pieces will come: the reader gets an <see cref="OperationCanceledException"/>.</summary>
    public void Close() => _arrivals.Close();

    /// <summary>Reads the next bytes of a file; blocks until some are available. Returns 0 at the end of the file.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    /// <exception cref="OperationCanceledException">The torrent has ended.</exception>
    public int Read(int ordinal, Memory<byte> buffer)
    {
        if (!TryPosition(ordinal, buffer, out long offset))
            return 0;
        _arrivals.Wait(_layout.PieceAt(offset))?.Wait();
        return Take(offset, buffer);
    }

    /// <summary>Reads the next bytes of a file; waits until some are available. Returns 0 at the end of the file.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    /// <exception cref="OperationCanceledException">The torrent has ended.</exception>
    public async ValueTask<int> ReadAsync(int ordinal, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!TryPosition(ordinal, buffer, out long offset))
            return 0;
        if (_arrivals.Wait(_layout.PieceAt(offset)) is { } arrival)
            await arrival.WaitAsync(cancellationToken).ConfigureAwait(false);
        return Take(offset, buffer);
    }

    // False at the end of a file, and for an empty buffer.
    private bool TryPosition(int ordinal, Memory<byte> buffer, out long offset)
    {
        offset = 0;
        if (buffer.Length == 0 || ordinal < _ordinal || Files[ordinal].Length == 0)
            return false;
        if (ordinal > _ordinal)
            throw new InvalidOperationException($"{Files[ordinal].RelativePath} is read before {Files[_ordinal].RelativePath} was read to its end");
        offset = Files[ordinal].Offset + _done;
        return true;
    }

    private int Take(long offset, Memory<byte> buffer)
    {
        FileEntry file = Files[_ordinal];
        int wanted = (int)Math.Min(buffer.Length, file.Offset + file.Length - offset), done = 0;
        while (done < wanted && _arrivals.Has(_layout.PieceAt(offset + done)))
        {
            PieceIndex piece = _layout.PieceAt(offset + done);
            int part = (int)Math.Min(wanted - done, _layout.OffsetOf(piece) + _layout.LengthOf(piece) - (offset + done));
            if (!_bytes.TryRead(offset + done, buffer.Slice(done, part)))
                throw new StorageException(StorageError.File, string.Empty, $"piece {piece} cannot be read back: the temporary file is too short");
            done += part;
        }

        _done += done;
        Settle();
        return done;
    }

    /// <summary>Moves on to the file that contains the next byte, and reports the files and pieces that have been passed.</summary>
    private void Settle()
    {
        for (; _ordinal < Files.Length && _done == Files[_ordinal].Length; _ordinal++, _done = 0)
            _sink.OnDisk(new FileFinished(Files[_ordinal].Index, Files[_ordinal].RelativePath));
        int taken = IsAtEnd ? _layout.PieceCount : _layout.PieceAt(Files[_ordinal].Offset + _done).Value;
        if (taken == _taken)
            return;
        _taken = taken;
        _sink.OnDisk(new ContentTaken(taken));
    }
}
