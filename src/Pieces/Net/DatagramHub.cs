using Serilog;

namespace Pieces.Net;

/// <summary>Takes datagrams of one protocol off a socket that several share.</summary>
internal interface IDatagramHandler
{
    /// <summary>
    /// Shown every datagram that nobody before it took, on the task that reads the socket: a glance must do. The bytes are good during the call only.
    /// </summary>
    /// <returns>Whether it is of this protocol; also when it is dropped.</returns>
    bool TryTake(ReadOnlySpan<byte> datagram, CompactEndPoint from);
}

/// <summary>
/// One UDP socket for all that share its port: reads it and shows each datagram to the handlers in turn. A message of the DHT begins with <c>d</c>,
/// one of uTP with its version.
/// </summary>
internal sealed class DatagramHub : IAsyncDisposable
{
    /// <summary>Longest datagram that is taken whole: more than an Ethernet carries.</summary>
    public const int MaxDatagramLength = 2048;

    // Faults in a row after which the socket is left alone for a moment.
    private const int ManyFaults = 64;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly IDatagramSocket _socket;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private IDatagramHandler[] _handlers = [];
    private Task _run = Task.CompletedTask;
    private int _bugs;

    /// <summary>Owns the socket from now on; reads nothing before <see cref="Start"/>.</summary>
    public DatagramHub(IDatagramSocket socket, TimeProvider timeProvider, ILogger logger)
    {
        _socket = socket;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <summary>Whether its addresses are IPv6.</summary>
    public bool IsV6 => _socket.IsV6;

    /// <summary>The port of the socket.</summary>
    public int Port => _socket.Port;

    /// <summary>Adds a handler behind those that are there.</summary>
    public void Add(IDatagramHandler handler)
    {
        lock (_gate)
            Volatile.Write(ref _handlers, [.. _handlers, handler]);
    }

    /// <summary>Shows nothing more to a handler; a call that has begun goes on.</summary>
    public void Remove(IDatagramHandler handler)
    {
        lock (_gate)
            Volatile.Write(ref _handlers, [.. _handlers.Where(other => other != handler)]);
    }

    /// <summary>Begins to read. To be called once.</summary>
    public void Start() => _run = Task.Run(() => ReadAsync(_stopping.Token));

    /// <summary>Sends a datagram at once; false when the system does not take it. Safe for all threads.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to) => _socket.TrySend(datagram, to);

    /// <inheritdoc cref="IDatagramSocket.AddressTowards"/>
    public CompactEndPoint? AddressTowards(CompactEndPoint to) => _socket.AddressTowards(to);

    /// <summary>Ends reading and closes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        _socket.Dispose();
        _stopping.Dispose();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxDatagramLength];
        int faults = 0;
        while (true)
        {
            try
            {
                (int length, CompactEndPoint from) = await _socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
                faults = 0;
                Show(buffer.AsSpan(0, length), from);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (IOException e)
            {
                // Some systems report here that a datagram sent before found nobody: of no interest, and the next read is as good as ever.
                _logger.Verbose("UDP port {Port}: {Reason}", Port, e.Message);
                if (++faults % ManyFaults == 0)
                    await Task.Delay(Rest, _timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // A fault of ours in one datagram must not end the reading of all others.
    private bool IsTaken(IDatagramHandler handler, ReadOnlySpan<byte> datagram, CompactEndPoint from)
    {
        try
        {
            return handler.TryTake(datagram, from);
        }
#pragma warning disable CA1031 // Nothing is hidden: the first one is logged with its stack.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            if (_bugs++ == 0)
                _logger.Error(bug, "UDP port {Port}: a datagram is dropped by a fault of this program", Port);
            return true;
        }
    }

    private void Show(ReadOnlySpan<byte> datagram, CompactEndPoint from)
    {
        foreach (IDatagramHandler handler in Volatile.Read(ref _handlers))
        {
            if (IsTaken(handler, datagram, from))
                return;
        }
    }
}
