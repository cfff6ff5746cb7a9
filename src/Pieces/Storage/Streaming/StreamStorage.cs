using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage.Opening;
using Pieces.Storage.Resume;
using Pieces.Storage.Transfer;

namespace Pieces.Storage.Streaming;

/// <summary>
/// Keeps pieces of one torrent only until the reader has read them, and longer if they were announced to peers. The pieces are in a temporary file of
/// limited length. Nothing is kept between runs. The caller must not start more pieces than <see cref="Slots"/> without dropping others with
/// <see cref="TryDrop"/>.
/// </summary>
internal sealed class StreamStorage : ITorrentStore
{
    /// <summary>Minimum number of pieces that are kept, however long they are: one is downloaded while another is read.</summary>
    public const int FewestSlots = 2;

    private readonly StorageOptions _options;
    private readonly StreamOptions _stream;
    private SlidingFile? _file;
    private ContentCursor? _cursor;
    private PieceWriter? _writer;
    private PieceJobs? _jobs;
    private bool _isClosed;

    /// <summary>Creates a storage; nothing is touched before <see cref="OpenAsync"/>.</summary>
    public StreamStorage(StorageOptions options, StreamOptions stream)
    {
        _options = options;
        _stream = stream;
    }

    /// <summary>Maximum number of pieces that are kept; known once the storage is open.</summary>
    public int Slots => _file?.Slots.Capacity ?? throw NotOpen();

    /// <summary>The files to read; known once the storage is open.</summary>
    public IReadOnlyList<ContentFile> Files { get; private set; } = [];

    /// <summary>Whether everything has been read. Only valid once the reader has ended.</summary>
    public bool IsRead => _cursor?.IsAtEnd ?? throw NotOpen();

    /// <inheritdoc/>
    public IPieceStore Pieces => Jobs;

    private PieceJobs Jobs => _jobs ?? throw NotOpen();

    /// <inheritdoc/>
    public async Task<StorageOpenResult> OpenAsync(IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        Metainfo metainfo = _options.Metainfo;
        PieceLayout layout = metainfo.Layout;
        _file = await OwnThread.RunAsync("open", MakeFile).ConfigureAwait(false);
        ImmutableArray<FileEntry> files = [.. metainfo.Files.Where(file => _options.Wants(file.Index))];
        _cursor = new ContentCursor(layout, files, _file, _options.Sink);
        Files = [.. files.Select((_, ordinal) => new ContentFile(_cursor, ordinal))];
        var none = new ResumeState
        {
            Have = new Bitfield(layout.PieceCount),
            Durable = new Bitfield(layout.PieceCount),
            Doubtful = new Bitfield(0),
            Candidates = [],
            Identities = [],
        };
        var ledger = new PieceLedger(layout, none);
        var verifier = new PieceVerifier(metainfo, _file);
        _writer = new PieceWriter(layout, _file, verifier, ledger, new NoJournal(ledger));
        _jobs = new PieceJobs(_options.Queue, new StorageContext
        {
            Writer = _writer,
            Reader = new SlotReader(layout, _file, _options.Paranoid ? verifier : null),
            Stored = _cursor.OnStored,
            Sink = _options.Sink,
            Files = _options.FileSystem,
            Folder = _stream.TemporaryFolder,
            CanResume = false,
        });
        _cursor.Begin();
        return new StorageOpenResult(new Bitfield(layout.PieceCount), [], new Bitfield(layout.PieceCount), new Bitfield(metainfo.Files.Length), []);
    }

    /// <inheritdoc/>
    public Task WhenIdleAsync() => Jobs.WhenIdleAsync();

    /// <summary>Drops a piece that has been read, to make space for another; false while it is being uploaded to a peer.</summary>
    public bool TryDrop(PieceIndex piece) => _file?.Slots.TryDrop(piece) ?? throw NotOpen();

    /// <summary>Ends the reading: a waiting reader gets an <see cref="OperationCanceledException"/>.</summary>
    public void EndReading() => _cursor?.Close();

    /// <inheritdoc/>
    public async Task CloseAsync() => await DisposeAsync().ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _cursor?.Close();
        if (_jobs is not null)
            await _jobs.WhenIdleAsync().ConfigureAwait(false);
        _writer?.Dispose();
        _file?.Dispose();
    }

    private static InvalidOperationException NotOpen() => new("the storage is not open");

    private SlidingFile MakeFile() => SlidingFile.Create(_options.Metainfo.Layout, CountSlots(), _stream.TemporaryFolder, _options.FileSystem);

    private int CountSlots()
    {
        PieceLayout layout = _options.Metainfo.Layout;
        int few = Math.Min(FewestSlots, layout.PieceCount);
        long least = few == 1 ? layout.TotalLength : (long)few * layout.PieceLength, room = Math.Max(_stream.TemporaryLength, least);
        if (_options.FileSystem.FreeSpace(_stream.TemporaryFolder) is { } free)
        {
            if (free < least)
            {
                string why = $"not enough space for the temporary data of a stream: {least} bytes are needed, {free} are free";
                throw new StorageException(StorageError.DiskFull, _stream.TemporaryFolder, $"{_stream.TemporaryFolder}: {why}");
            }

            // A quarter of the free space is left to other programs.
            room = Math.Clamp(free / 4 * 3, least, room);
        }

        return (int)Math.Clamp(room / layout.PieceLength, few, layout.PieceCount);
    }

    /// <summary>A journal that records nothing, since there is no later run and nothing needs to be flushed.</summary>
    private sealed class NoJournal(PieceLedger ledger) : IWriteJournal
    {
        public void OnWritten(long offset, int length)
        {
        }

        // Everything counts as durable at once; otherwise the ledger would count unflushed pieces forever.
        public void Append(ResumeRecord record) => ledger.SetDurable(ledger.Unflushed());

        public void Hold(ResumeRecord record)
        {
        }

        public void OnFailed(StorageException reason)
        {
        }
    }
}
