using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage.Opening;
using Pieces.Storage.Resume;
using Pieces.Storage.Transfer;

namespace Pieces.Storage.Streaming;

/// <summary>
/// Keeps the pieces of one torrent only until somebody has read them, and those that others were told of: in a temporary file without a name,
/// of bounded length. Nothing is known between runs. Pieces beyond <see cref="Slots"/> must not be begun before others were given up with
/// <see cref="TryDrop"/>.
/// </summary>
internal sealed class StreamStorage : ITorrentStore
{
    /// <summary>So many pieces are kept at the least, however long they are: one is fetched while the other is read.</summary>
    public const int FewestSlots = 2;

    private readonly StorageOptions _options;
    private readonly StreamOptions _stream;
    private SlidingFile? _file;
    private ContentCursor? _cursor;
    private PieceWriter? _writer;
    private PieceJobs? _jobs;
    private bool _isClosed;

    /// <summary>Makes a storage; nothing is touched before <see cref="OpenAsync"/>.</summary>
    public StreamStorage(StorageOptions options, StreamOptions stream)
    {
        _options = options;
        _stream = stream;
    }

    /// <summary>Pieces that find room at one time; known once it is open.</summary>
    public int Slots => _file?.Slots.Capacity ?? throw NotOpen();

    /// <summary>What is to be read; known once it is open.</summary>
    public IReadOnlyList<ContentFile> Files { get; private set; } = [];

    /// <summary>Whether all of it has been read. To be asked when the reader has ended.</summary>
    public bool IsRead => _cursor?.IsAtEnd ?? throw NotOpen();

    /// <inheritdoc/>
    public IPieceStore Pieces => Jobs;

    private PieceJobs Jobs => _jobs ?? throw NotOpen();

    /// <inheritdoc/>
    public async Task<StorageOpening> OpenAsync(IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        Metainfo metainfo = _options.Metainfo;
        PieceLayout layout = metainfo.Layout;
        _file = await Task.Run(MakeFile, cancellationToken).ConfigureAwait(false);
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
        return new StorageOpening(new Bitfield(layout.PieceCount), [], new Bitfield(layout.PieceCount), new Bitfield(metainfo.Files.Length), []);
    }

    /// <inheritdoc/>
    public Task WhenIdleAsync() => Jobs.WhenIdleAsync();

    /// <summary>Gives up a piece that has been read, so that another finds room; false while it is being sent to a peer.</summary>
    public bool TryDrop(PieceIndex piece) => _file?.Slots.TryDrop(piece) ?? throw NotOpen();

    /// <summary>Nothing is to be read any more: whoever waits for a byte gets an <see cref="OperationCanceledException"/>.</summary>
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
                string why = $"not enough space for what a stream has to keep: {least} bytes are needed, {free} are free";
                throw new StorageException(StorageFault.DiskFull, _stream.TemporaryFolder, $"{_stream.TemporaryFolder}: {why}");
            }

            // Some is left to others.
            room = Math.Clamp(free / 4 * 3, least, room);
        }

        return (int)Math.Clamp(room / layout.PieceLength, few, layout.PieceCount);
    }

    /// <summary>Nothing is told to another run, and nothing has to reach the disk.</summary>
    private sealed class NoJournal(PieceLedger ledger) : IWriteJournal
    {
        public void OnWritten(long offset, int length)
        {
        }

        // Or the ledger would count for ever what waits for a flush.
        public void Append(ResumeRecord record) => ledger.SetDurable(ledger.Unflushed());

        public void Hold(ResumeRecord record)
        {
        }

        public void OnFailed(StorageException reason)
        {
        }
    }
}
