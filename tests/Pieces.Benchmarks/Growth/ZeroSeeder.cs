using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Pieces.Benchmarks.Growth;

/// <summary>A peer that has everything, all of it zeros. Listens on a port of its own and serves any number of connections.</summary>
internal sealed class ZeroSeeder : IAsyncDisposable
{
    public const int BlockLength = 16 * 1024;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<long> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;
    private long _blocks;
    private int _hasRequest;

    public ZeroSeeder(byte[] infoHash, int pieceCount, IPAddress? address = null)
    {
        InfoHash = infoHash;
        PieceCount = pieceCount;
        _listener.Bind(new IPEndPoint(address ?? IPAddress.Loopback, 0));
        _listener.Listen(64);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = Task.Run(AcceptAsync);
    }

    public byte[] InfoHash { get; }

    public int PieceCount { get; }

    public IPEndPoint EndPoint { get; }

    /// <summary>Blocks to answer, over all connections; what is asked for beyond them stays without an answer.</summary>
    public long Limit { get; init; } = long.MaxValue;

    /// <summary>Whether it ever unchokes.</summary>
    public bool Unchokes { get; init; } = true;

    /// <summary>Whether it has a hole, so that who has everything keeps the connection.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Called before the first request is answered.</summary>
    public Action? OnFirstRequest { get; init; }

    /// <summary>Called with the count of blocks served after each send.</summary>
    public Action<long>? OnServed { get; init; }

    /// <summary>The moment of the first connection, by <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public Task<long> Connected => _connected.Task;

    /// <summary>Ends when <see cref="Limit"/> blocks are served.</summary>
    public Task Served => _served.Task;

    public long Blocks => Interlocked.Read(ref _blocks);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        await Task.WhenAll(_connections);
        _listener.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Says that a request has come.</summary>
    public void NoteRequest()
    {
        if (Interlocked.Exchange(ref _hasRequest, 1) == 0)
            OnFirstRequest?.Invoke();
    }

    /// <summary>Takes one block off the limit.</summary>
    public bool TryTake()
    {
        if (Interlocked.Increment(ref _blocks) <= Limit)
            return true;
        Interlocked.Decrement(ref _blocks);
        return false;
    }

    /// <summary>Says that blocks have gone out.</summary>
    public void NoteServed()
    {
        long blocks = Blocks;
        OnServed?.Invoke(blocks);
        if (blocks >= Limit)
            _served.TrySetResult();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stopping.Token);
                _connected.TrySetResult(Stopwatch.GetTimestamp());
                _connections.Add(Task.Run(() => new ZeroSeederConnection(this, socket).RunAsync(_stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }
}
