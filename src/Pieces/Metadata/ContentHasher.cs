using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>
/// Hashes all pieces of files on the disk, on all cores. Each worker takes runs of pieces, reads them in large sequential reads and hashes the data
/// while it is still in the processor's cache. A worker has one buffer and one open file.
/// </summary>
internal sealed class ContentHasher
{
    /// <summary>Length of each worker's buffer, and of its largest read, in bytes.</summary>
    public const int BufferLength = 1024 * 1024;

    // A run is long enough for the disk to read ahead, and short enough to keep all cores busy until the end.
    private const int RunLength = 8 * BufferLength;

    private readonly ImmutableArray<SourceFile> _files;
    private readonly long[] _offsets;
    private readonly PieceLayout _layout;
    private readonly byte[] _hashes;
    private readonly IProgress<long>? _progress;
    private int _nextRun;
    private long _done;

    /// <summary>Prepares to hash files that are concatenated as <paramref name="layout"/> defines.</summary>
    public ContentHasher(ImmutableArray<SourceFile> files, PieceLayout layout, IProgress<long>? progress)
    {
        _files = files;
        _layout = layout;
        _progress = progress;
        _hashes = new byte[layout.PieceCount * Sha1Digest.Length];
        _offsets = new long[files.Length];
        long offset = 0;
        for (int i = 0; i < files.Length; i++)
        {
            _offsets[i] = offset;
            offset += files[i].Length;
        }
    }

    /// <summary>Hashes everything; the result has 20 bytes for each piece. Call it once.</summary>
    /// <exception cref="MetainfoException">The length of a file has changed since it was listed.</exception>
    /// <exception cref="IOException">A file cannot be read; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public async Task<byte[]> RunAsync(CancellationToken cancellationToken)
    {
        using var stopAll = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long runs = ((_layout.TotalLength - 1) / RunLength) + 1;
        var workers = new Task[(int)Math.Min(runs, Environment.ProcessorCount)];
        for (int i = 0; i < workers.Length; i++)
            workers[i] = OwnThread.RunAsync("hash", () => Work(stopAll));
        await Task.WhenAll(workers).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return _hashes;
    }

    // A worker that fails stops the others. They end without an exception, so the first worker's exception is the one that Task.WhenAll reports.
    private void Work(CancellationTokenSource stopAll)
    {
        bool isDone = false;
        try
        {
            int piecesInRun = Math.Max(1, RunLength / _layout.PieceLength);
            byte[] buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(BufferLength, _layout.TotalLength));
            using var reader = new Reader(this);
            using var running = new RunningSha1();
            while (!stopAll.IsCancellationRequested)
            {
                long first = (long)(Interlocked.Increment(ref _nextRun) - 1) * piecesInRun;
                if (first >= _layout.PieceCount)
                    break;
                int end = (int)Math.Min(first + piecesInRun, _layout.PieceCount);
                HashRun((int)first, end, buffer, reader, running, stopAll.Token);
            }

            isDone = true;
        }
        finally
        {
            if (!isDone)
                stopAll.Cancel();
        }
    }

    private void HashRun(int piece, int endPiece, byte[] buffer, Reader reader, RunningSha1 running, CancellationToken stop)
    {
        long offset = _layout.OffsetOf(_layout.Piece(piece));
        PieceIndex last = _layout.Piece(endPiece - 1);
        long end = _layout.OffsetOf(last) + _layout.LengthOf(last);
        int left = _layout.LengthOf(_layout.Piece(piece));
        bool hasBegun = false;
        while (offset < end && !stop.IsCancellationRequested)
        {
            Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - offset));
            reader.Read(offset, chunk);
            offset += chunk.Length;
            int read = chunk.Length;
            while (!chunk.IsEmpty)
            {
                int taken = Math.Min(left, chunk.Length);
                bool isWhole = !hasBegun && taken == left;
                Sha1Digest digest = default;
                if (isWhole)
                    digest = Sha1Digest.Of(chunk[..taken]);
                else
                    running.Append(chunk[..taken]);
                chunk = chunk[taken..];
                left -= taken;
                hasBegun = left > 0;
                if (left > 0)
                    continue;

                digest = isWhole ? digest : running.Finish();
                digest.CopyTo(_hashes.AsSpan(piece * Sha1Digest.Length));
                piece++;
                left = piece < endPiece ? _layout.LengthOf(_layout.Piece(piece)) : 0;
            }

            long done = Interlocked.Add(ref _done, read);
            _progress?.Report(done);
        }
    }

    /// <summary>Reads the torrent's bytes from the files; keeps the most recent file open.</summary>
    private sealed class Reader : IDisposable
    {
        private readonly ContentHasher _owner;
        private SafeFileHandle? _handle;
        private int _open = -1;

        public Reader(ContentHasher owner) => _owner = owner;

        public void Read(long offset, Span<byte> destination)
        {
            int index = Array.BinarySearch(_owner._offsets, offset);
            if (index < 0)
                index = ~index - 1;
            while (!destination.IsEmpty)
            {
                SourceFile file = _owner._files[index];
                long inFile = offset - _owner._offsets[index];
                int wanted = (int)Math.Clamp(file.Length - inFile, 0, destination.Length);
                if (wanted > 0)
                    ReadExactly(index, inFile, destination[..wanted]);
                destination = destination[wanted..];
                offset += wanted;
                index++;
            }
        }

        public void Dispose() => _handle?.Dispose();

        private void ReadExactly(int index, long offset, Span<byte> destination)
        {
            SourceFile file = _owner._files[index];
            if (_open != index)
            {
                _handle?.Dispose();
                _handle = null;
                _open = -1;
                _handle = Open(file);
                _open = index;
                if (RandomAccess.GetLength(_handle) != file.Length)
                    throw Changed(file);
            }

            while (!destination.IsEmpty)
            {
                int read = ReadSome(file, _handle!, destination, offset);
                if (read == 0)
                    throw Changed(file);
                offset += read;
                destination = destination[read..];
            }
        }

        private static SafeFileHandle Open(SourceFile file)
        {
            try
            {
                return File.OpenHandle(file.FullPath, options: FileOptions.SequentialScan);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw ContentErrors.Unreadable(file.Shown, e);
            }
        }

        private static int ReadSome(SourceFile file, SafeFileHandle handle, Span<byte> destination, long offset)
        {
            try
            {
                return RandomAccess.Read(handle, destination, offset);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw ContentErrors.Unreadable(file.Shown, e);
            }
        }

        private static MetainfoException Changed(SourceFile file) =>
            new($"{ContentErrors.Show(file.Shown)}: has changed while it was being read (try again when no program writes to it)");
    }
}
