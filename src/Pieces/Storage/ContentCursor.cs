using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>
/// The place up to which the wanted files have been read, in order. It moves with the one who reads, and tells the sink of what it has passed:
/// <see cref="ContentTaken"/> for pieces, <see cref="FileFinished"/> for files. One reader; pieces are reported stored by any thread.
/// </summary>
internal sealed class ContentCursor
{
    private readonly PieceLayout _layout;
    private readonly IPieceBytes _bytes;
    private readonly IDiskSink _sink;
    private readonly PieceArrivals _arrivals;

    // The reader's own: the file it is in, the bytes of it that it has had, and the piece up to which nothing is needed any more.
    private int _ordinal;
    private long _done;
    private int _taken;

    /// <summary>Stands before the first byte.</summary>
    /// <param name="layout">Piece arithmetic.</param>
    /// <param name="files">The files to read, in the order of the torrent.</param>
    /// <param name="bytes">Where stored pieces are.</param>
    /// <param name="sink">Hears how far it is.</param>
    public ContentCursor(PieceLayout layout, ImmutableArray<FileEntry> files, IPieceBytes bytes, IDiskSink sink)
    {
        _layout = layout;
        Files = files;
        _bytes = bytes;
        _sink = sink;
        _arrivals = new PieceArrivals(layout.PieceCount);
    }

    /// <summary>The files that are read.</summary>
    public ImmutableArray<FileEntry> Files { get; }

    /// <summary>Whether everything has been read. To be asked when the reader has ended.</summary>
    public bool IsAtEnd => _ordinal == Files.Length;

    /// <summary>Passes empty files at the beginning; to be called once, before anybody reads.</summary>
    public void Begin() => Settle();

    /// <summary>A piece is verified and stored.</summary>
    public void OnStored(PieceIndex piece) => _arrivals.Add(piece);

    /// <summary>Nothing more comes: whoever reads gets an <see cref="OperationCanceledException"/>.</summary>
    public void Close() => _arrivals.Close();

    /// <summary>Reads on in a file, blocking until there is something; 0 at its end.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    /// <exception cref="OperationCanceledException">The torrent has ended.</exception>
    public int Read(int ordinal, Memory<byte> buffer)
    {
        if (!TryPosition(ordinal, buffer, out long offset))
            return 0;
        _arrivals.Wait(_layout.PieceAt(offset))?.Wait();
        return Take(offset, buffer);
    }

    /// <summary>Reads on in a file, waiting until there is something; 0 at its end.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    /// <exception cref="OperationCanceledException">The torrent has ended.</exception>
    public async ValueTask<int> ReadAsync(int ordinal, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!TryPosition(ordinal, buffer, out long offset))
            return 0;
        if (_arrivals.Wait(_layout.PieceAt(offset)) is { } arrival)
            await arrival.WaitAsync(cancellationToken).ConfigureAwait(false);
        return Take(offset, buffer);
    }

    // False at the end of a file, and for a buffer without room.
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
                throw new StorageException(StorageFault.File, string.Empty, $"piece {piece} cannot be read back: the temporary file is too short");
            done += part;
        }

        _done += done;
        Settle();
        return done;
    }

    /// <summary>Goes over to the file that has the next byte, and says what lies behind.</summary>
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
