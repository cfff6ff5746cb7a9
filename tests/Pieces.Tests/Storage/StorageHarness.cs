using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Win32.SafeHandles;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Storage.Resume;
using Pieces.Storage.Stores;
using Pieces.Storage.Transfer;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

/// <summary>Collects the events of the disk, and lets a test wait for one.</summary>
internal sealed class RecordingSink : IDiskSink
{
    private readonly ConcurrentQueue<DiskEvent> _events = new();
    private readonly Lock _gate = new();
    private readonly List<(Predicate<DiskEvent> Match, TaskCompletionSource<DiskEvent> Done)> _waiting = [];

    public IEnumerable<DiskEvent> Events => _events;

    public void OnDisk(DiskEvent verdict)
    {
        lock (_gate)
        {
            _events.Enqueue(verdict);
            _waiting.RemoveAll(wait => wait.Match(verdict) && wait.Done.TrySetResult(verdict));
        }
    }

    public async Task<T> When<T>(Predicate<T> match)
        where T : DiskEvent
    {
        var done = new TaskCompletionSource<DiskEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            DiskEvent? there = _events.FirstOrDefault(e => e is T t && match(t));
            if (there is not null)
                return (T)there;
            _waiting.Add((e => e is T t && match(t), done));
        }

        return (T)await done.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}

/// <summary>A disk whose calls fail when the test requests it.</summary>
internal sealed class FaultyDisk : ForwardingFileSystem
{
    public Exception? WriteError { get; set; }

    public long? Free { get; set; }

    /// <summary>Selects writes, by their offset in the file, that never reach the disk, without an error.</summary>
    public Predicate<long> Loses { get; set; } = _ => false;

    public Exception? BehindError { get; set; }

    public Exception? FlushError { get; set; }

    public List<string> Order { get; } = [];

    public Channel<string> SentBehind { get; } = Channel.CreateUnbounded<string>();

    public Channel<bool> Flushes { get; } = Channel.CreateUnbounded<bool>();

    public override void Write(SafeFileHandle handle, IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset)
    {
        if (WriteError is not null && !IsState(handle))
            throw WriteError;
        if (Loses(offset))
            return;
        base.Write(handle, buffers, offset);
    }

    public override void Flush(SafeFileHandle handle)
    {
        lock (Order)
            Order.Add("flush");
        if (FlushError is not null)
            throw FlushError;
        base.Flush(handle);
        Flushes.Writer.TryWrite(true);
    }

    public override void StartWriting(SafeFileHandle handle, long offset, long length) => Behind("start", offset, length);

    public override void WriteAndForget(SafeFileHandle handle, long offset, long length) => Behind("forget", offset, length);

    public override long? FreeSpace(string folder) => Free ?? base.FreeSpace(folder);

    public async Task<string[]> TakeBehindAsync(int count)
    {
        string[] sent = new string[count];
        for (int i = 0; i < count; i++)
            sent[i] = await SentBehind.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        return sent;
    }

    // Writes to the resume state are not affected.
    private static bool IsState(SafeFileHandle handle) =>
        OperatingSystem.IsLinux()
        && Directory.ResolveLinkTarget($"/proc/self/fd/{handle.DangerousGetHandle()}", false)!.FullName.Contains(
            ".pieces/", StringComparison.Ordinal);

    private void Behind(string what, long offset, long length)
    {
        if (BehindError is not null)
            throw BehindError;
        SentBehind.Writer.TryWrite($"{what} {offset >> 20}+{length >> 20}");
    }
}

/// <summary>A separate folder for one test, and the shared objects of a client. Disposing checks that every buffer was released.</summary>
internal sealed class StorageHarness : IAsyncDisposable
{
    private readonly List<TorrentStorage> _open = [];

    public StorageHarness([CallerMemberName] string test = "")
    {
        Folder = Path.Combine(
            Path.GetTempPath(), "pieces-tests", $"{Environment.ProcessId}-{Guid.NewGuid():N}"[..20] + "-" + test[..Math.Min(24, test.Length)]);
        Directory.CreateDirectory(Folder);
    }

    public string Folder { get; }

    public BlockPool Pool { get; } = new();

    public DiskQueue Queue { get; } = new();

    public HandleCache Handles { get; init; } = new(8);

    public FakeTimeProvider Time { get; } = new();

    public FaultyDisk Disk { get; } = new();

    public RecordingSink Sink { get; private set; } = new();

    public Guid Boot { get; set; } = Guid.Parse("11111111-2222-3333-4444-555555555555");

    public static FileLocation At(string path) => CurrentPlatform.Files.WorkingDirectory.At(path);

    public string PathTo(string relative) => Path.Combine(Folder, relative);

    public async Task<(TorrentStorage Storage, StorageOpenResult Opening)> OpenAsync(
        TestTorrent torrent, Func<StorageOptions, StorageOptions>? change = null)
    {
        Sink = new RecordingSink();
        var options = new StorageOptions
        {
            Metainfo = torrent.Metainfo,
            OutputDirectory = Folder,
            Queue = Queue,
            Handles = Handles,
            Sink = Sink,
            TimeProvider = Time,
            FileSystem = Disk,
            Boot = Boot,
        };
        var storage = new TorrentStorage(change?.Invoke(options) ?? options);
        StorageOpenResult opening = await storage.OpenAsync(null, TestContext.Current.CancellationToken);
        _open.Add(storage);
        return (storage, opening);
    }

    public BlockBuffer?[] Blocks(TestTorrent torrent, int piece, int damage = -1)
    {
        PieceIndex index = torrent.Layout.Piece(piece);
        var blocks = new BlockBuffer?[torrent.Layout.BlockCountOf(index)];
        for (int i = 0; i < blocks.Length; i++)
            blocks[i] = Block(torrent, piece, i, i == damage);
        return blocks;
    }

    public BlockBuffer Block(TestTorrent torrent, int piece, int ordinal, bool damaged = false)
    {
        BlockRequest request = torrent.Layout.Block(torrent.Layout.Piece(piece), ordinal);
        BlockBuffer buffer = Pool.Rent(request.Length);
        torrent.PieceBytes(piece).Slice(request.Begin, request.Length).CopyTo(buffer.Memory.Span);
        if (damaged)
            buffer.Memory.Span[0] ^= 1;
        return buffer;
    }

    public async Task StoreAsync(TorrentStorage storage, TestTorrent torrent, params int[] pieces)
    {
        foreach (int piece in pieces)
        {
            BlockBuffer?[] blocks = Blocks(torrent, piece);
            storage.Pieces.StorePiece(torrent.Layout.Piece(piece), blocks, new bool[blocks.Length]);
        }

        foreach (int piece in pieces)
            await Sink.When<PieceStored>(e => e.Piece.Value == piece);
    }

    public async Task WriteAsync(TorrentStorage storage, TestTorrent torrent, int piece, params int[] ordinals)
    {
        CandidateBlock[] blocks = [.. ordinals.Select(o => new CandidateBlock(o, Block(torrent, piece, o)))];
        storage.Pieces.WriteBlocks(torrent.Layout.Piece(piece), blocks);
        await Sink.When<BlocksWritten>(e => ReferenceEquals(e.Blocks, blocks));
        foreach (CandidateBlock block in blocks)
            block.Data.Dispose();
    }

    /// <summary>Ends the storage without saving anything, which has the same effect on the disk as <c>kill -9</c>.</summary>
    public async Task KillAsync(TorrentStorage storage)
    {
        _open.Remove(storage);
        await storage.DisposeAsync();
    }

    public async Task CloseAsync(TorrentStorage storage)
    {
        _open.Remove(storage);
        await storage.CloseAsync();
    }

    /// <summary>
    /// Updates the closed state of a single-file torrent to the current metadata of its <c>.part</c> file, because no program can set the change time
    /// of a file.
    /// </summary>
    public void StampAgain(string name = "a")
    {
        // The last two records are the stamp and the closing record.
        byte[] state = File.ReadAllBytes(PathTo($".{name}.pieces/state"));
        Span<byte> place = state.AsSpan()[^(2 * ResumeFile.RecordLength)..];
        ResumeFile.TryReadRecord(place, out ResumeRecord stamp).Should().BeTrue();
        stamp.Fact.Should().Be(ResumeFact.FileSeen);
        ResumeFile.WriteRecord(place, stamp with { Value = At(PathTo(name + ".part")).Stat().Stamp });
        File.WriteAllBytes(PathTo($".{name}.pieces/state"), state);
    }

    public void Write(string relative, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathTo(relative))!);
        File.WriteAllBytes(PathTo(relative), bytes);
    }

    public static int[] PiecesOf(Bitfield bits) => [.. Enumerable.Range(0, bits.Length).Where(i => bits[i])];

    public async ValueTask DisposeAsync()
    {
        foreach (TorrentStorage storage in _open)
            await storage.DisposeAsync();
        await Queue.DisposeAsync();
        Handles.Dispose();
        Pool.Dispose();
        Directory.Delete(Folder, recursive: true);
        Pool.Rented.Should().Be(0, "every block buffer goes back to the pool");
        Handles.OpenCount.Should().Be(0, "every file is closed");
    }
}
