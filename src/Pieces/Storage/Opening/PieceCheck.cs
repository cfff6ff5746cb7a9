using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>Hashes many pieces on the disk, on all processors, with large sequential reads and a 512 KiB buffer per processor.</summary>
internal sealed class PieceCheck
{
    // Size of a read buffer, in bytes. It stays in the second-level cache between the read and the hashing.
    private const int BufferLength = 512 * 1024;
    private const int MaxWorkers = 32;
    private const long ProgressStep = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Metainfo _metainfo;
    private readonly FileStore _files;
    private readonly Bitfield _pieces;
    private readonly Bitfield _valid;
    private readonly IProgress<CheckProgress>? _progress;
    private readonly long _total;
    private int _next;
    private long _done;

    private PieceCheck(Metainfo metainfo, FileStore files, Bitfield pieces, IProgress<CheckProgress>? progress)
    {
        _metainfo = metainfo;
        _files = files;
        _pieces = pieces;
        _progress = progress;
        _valid = new Bitfield(pieces.Length);
        _total = metainfo.Layout.BytesOf(pieces);
    }

    /// <summary>Checks the pieces that are set in <paramref name="pieces"/>.</summary>
    /// <returns>The pieces that match their hash.</returns>
    /// <exception cref="StorageException">A file exists and cannot be read.</exception>
    public static async Task<Bitfield> RunAsync(
        Metainfo metainfo, FileStore files, Bitfield pieces, IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        if (pieces.Count == 0)
            return new Bitfield(pieces.Length);
        var check = new PieceCheck(metainfo, files, pieces, progress);
        progress?.Report(new CheckProgress(0, check._total));
        var workers = new Task[Math.Min(Math.Clamp(Environment.ProcessorCount, 1, MaxWorkers), pieces.Count)];
        for (int i = 0; i < workers.Length; i++)
            workers[i] = OwnThread.RunAsync("hash", () => check.Work(cancellationToken));
        await Task.WhenAll(workers).ConfigureAwait(false);
        progress?.Report(new CheckProgress(check._total, check._total));
        return check._valid;
    }

    private void Work(CancellationToken cancellationToken)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);
        using IPieceHash hash = _metainfo.Hasher.Start(_metainfo.Layout.Piece(0));
        while (TryTake(out int first, out int count))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (count > 1)
                CheckRun(first, count, buffer);
            else
                CheckOne(_metainfo.Layout.Piece(first), buffer, hash, cancellationToken);
        }
    }

    /// <summary>Takes the next pieces to check: as many adjacent pieces as fit in the buffer.</summary>
    private bool TryTake(out int first, out int count)
    {
        int most = Math.Max(1, BufferLength / _metainfo.Layout.PieceLength);
        lock (_gate)
        {
            first = _pieces.NextSet(_next);
            count = 0;
            if (first < 0)
                return false;
            while (count < most && first + count < _pieces.Length && _pieces[first + count])
                count++;
            _next = first + count;
            return true;
        }
    }

    private void CheckRun(int first, int count, byte[] buffer)
    {
        PieceLayout layout = _metainfo.Layout;
        long offset = layout.OffsetOf(layout.Piece(first));
        int length = (int)(layout.OffsetOf(layout.Piece(first + count - 1)) + layout.LengthOf(layout.Piece(first + count - 1)) - offset);
        bool whole = _files.TryRead(offset, buffer.AsMemory(0, length));
        for (int i = first; i < first + count; i++)
        {
            PieceIndex piece = layout.Piece(i);
            Memory<byte> bytes = buffer.AsMemory((int)(layout.OffsetOf(piece) - offset), layout.LengthOf(piece));
            // If a file is missing, the read of all adjacent pieces fails, but some of the pieces may still be readable.
            bool read = whole || _files.TryRead(layout.OffsetOf(piece), bytes);
            Report(piece, read && _metainfo.Hasher.IsGood(piece, bytes.Span));
        }
    }

    private void CheckOne(PieceIndex piece, byte[] buffer, IPieceHash hash, CancellationToken cancellationToken)
    {
        long offset = _metainfo.Layout.OffsetOf(piece);
        int length = _metainfo.Layout.LengthOf(piece);
        bool read = true;
        hash.Restart(piece);
        for (int done = 0; done < length && read;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int take = Math.Min(buffer.Length, length - done);
            read = _files.TryRead(offset + done, buffer.AsMemory(0, take));
            if (read)
                hash.Append(buffer.AsSpan(0, take));
            done += take;
        }

        Report(piece, read && hash.IsGood());
    }

    private void Report(PieceIndex piece, bool isValid)
    {
        long before, after;
        lock (_gate)
        {
            if (isValid)
                _valid.Set(piece);
            before = _done;
            after = _done += _metainfo.Layout.LengthOf(piece);
        }

        if (before / ProgressStep != after / ProgressStep)
            _progress?.Report(new CheckProgress(after, _total));
    }
}
