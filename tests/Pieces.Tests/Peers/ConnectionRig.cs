using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

/// <summary>Records the messages and events of a connection. Blocks stay rented until the test or the end of the rig disposes them.</summary>
internal sealed class RecordingSink : IPeerSink
{
    private readonly Channel<PeerBatch> _batches = Channel.CreateUnbounded<PeerBatch>();
    private readonly Queue<PeerMessage> _read = new();
    private int _closedCalls;

    /// <summary>The task that the connection awaits after each batch.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public int Batches { get; private set; }

    public int LargestBatch { get; private set; }

    public long UploadedBytes { get; private set; }

    public int UploadedBlocks { get; private set; }

    public string? Reason { get; private set; }

    public bool IsProtocolError { get; private set; }

    public int ClosedCalls => _closedCalls;

    public async ValueTask OnMessagesAsync(PeerConnection peer, PeerBatch batch, CancellationToken cancellationToken)
    {
        Batches++;
        LargestBatch = Math.Max(LargestBatch, batch.Messages.Count);
        _batches.Writer.TryWrite(batch);
        await Gate.WaitAsync(cancellationToken);
    }

    public void OnUploaded(PeerConnection peer, int blocks, long bytes)
    {
        UploadedBlocks += blocks;
        UploadedBytes += bytes;
    }

    public void OnClosed(PeerConnection peer, string reason, bool isProtocolError)
    {
        (Reason, IsProtocolError) = (reason, isProtocolError);
        Interlocked.Increment(ref _closedCalls);
        _batches.Writer.TryComplete();
    }

    public async Task<PeerMessage> NextAsync(CancellationToken cancellationToken)
    {
        while (_read.Count == 0)
        {
            foreach (PeerMessage message in (await _batches.Reader.ReadAsync(cancellationToken)).Messages)
                _read.Enqueue(message);
        }

        return _read.Dequeue();
    }

    public async Task<T> NextAsync<T>(CancellationToken cancellationToken)
        where T : PeerMessage =>
        (await NextAsync(cancellationToken)).Should().BeOfType<T>().Subject;

    /// <summary>Disposes all blocks that the test has not taken.</summary>
    public void DisposeBlocks()
    {
        while (_batches.Reader.TryRead(out PeerBatch? batch))
        {
            foreach (PeerMessage message in batch.Messages)
                _read.Enqueue(message);
        }

        while (_read.TryDequeue(out PeerMessage? message))
            (message as BlockMessage)?.Data.Dispose();
    }
}

/// <summary>A store in which each byte depends on its position. The test can make it fail.</summary>
internal sealed class PatternStore : IPieceStore
{
    public StorageException? Failure { get; set; }

    public bool CanResume => true;

    public List<int> ReadSizes { get; } = [];

    public static byte[] BytesOf(BlockRequest block)
    {
        byte[] bytes = new byte[block.Length];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)((block.Piece.Value * 31) + ((block.Begin + i) / 7));
        return bytes;
    }

    public ValueTask ReadAsync(IReadOnlyList<BlockRead> reads, CancellationToken cancellationToken)
    {
        if (Failure is not null)
            throw Failure;
        ReadSizes.Add(reads.Count);
        foreach (BlockRead read in reads)
            BytesOf(read.Block).CopyTo(read.Destination);
        return ValueTask.CompletedTask;
    }

    public void WriteBlocks(PieceIndex piece, IReadOnlyList<CandidateBlock> blocks) => throw new NotSupportedException();

    public void StorePiece(PieceIndex piece, BlockBuffer?[] blocks, IReadOnlyList<bool> written) => throw new NotSupportedException();

    public void ForgetCandidates(PieceIndex piece) => throw new NotSupportedException();
}

/// <summary>
/// A started connection with a scripted peer at the other end. At the end it checks that every buffer was released and that the end was reported
/// once.
/// </summary>
internal sealed class ConnectionRig : IAsyncDisposable
{
    public ConnectionRig(InMemoryLink? link = null, int pieceCount = 100, ulong reserved = 0x100004, RateLimiter? down = null, RateLimiter? up = null)
    {
        (InMemoryConnection near, InMemoryConnection far) = new InMemoryNetwork(Time).Pair(link);
        Peer = new ScriptedPeer(far);
        var bits = new ReservedBits(reserved);
        Connection = new PeerConnection(new PeerConnectionOptions
        {
            Id = new SenderId(7),
            Transport = near,
            Handshake = new HandshakeResult(
                true, SwarmKey.Of(InfoHash.OfInfo("swarm"u8)), PeerId.Create(new Random(2)), bits, bits & ReservedBits.Own),
            Sink = Sink,
            Store = () => Store,
            Pool = Pool,
            Unfinished = Unfinished,
            PieceCount = pieceCount,
            DownloadLimiter = down,
            UploadLimiter = up,
            TimeProvider = Time,
            Logger = NullLogger.Instance,
        });
        Connection.Start();
    }

    public FakeTimeProvider Time { get; } = new();

    public BlockPool Pool { get; } = new();

    public UnfinishedMessages Unfinished { get; } = new();

    public RecordingSink Sink { get; } = new();

    public PatternStore Store { get; } = new();

    public ScriptedPeer Peer { get; }

    public PeerConnection Connection { get; }

    /// <summary>Waits until the connection has ended by itself.</summary>
    public async Task<string> ClosedAsync(CancellationToken cancellationToken)
    {
        await Connection.Completion.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        return Sink.Reason!;
    }

    /// <summary>Advances fake time until the connection has ended.</summary>
    public async Task<string> ClosedInTimeAsync(CancellationToken cancellationToken)
    {
        await Time.AdvanceUntilAsync(() => Connection.Completion.IsCompleted, TimeSpan.FromSeconds(1), cancellationToken);
        return Sink.Reason!;
    }

    /// <summary>Advances fake time in steps. The tasks of the connection run between the steps.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        var step = TimeSpan.FromSeconds(1);
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += step)
        {
            Time.Advance(step);
            await FakeTimeSteps.SettleAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Connection.Close("the test is over");
        await Connection.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        await Peer.DisposeAsync();
        Sink.DisposeBlocks();
        Pool.Dispose();
        Sink.ClosedCalls.Should().Be(1);
        Pool.Rented.Should().Be(0, "every block buffer goes back to the pool");
        Unfinished.Held.Should().Be(0, "nothing is held of messages that never ended");
    }
}
