using Microsoft.Extensions.Logging;
using Pieces.Primitives;

namespace Pieces.Net;

/// <summary>Handles the datagrams of one protocol on a shared socket.</summary>
internal interface IDatagramHandler
{
    /// <summary>
    /// Called for every datagram that no earlier handler took, on the task that reads the socket, so it must be quick. The bytes are valid during the
    /// call only.
    /// </summary>
    /// <returns>Whether the datagram is of this protocol, even if it is dropped.</returns>
    bool TryTake(ReadOnlySpan<byte> datagram, CompactEndPoint from);
}

/// <summary>
/// One UDP socket for all protocols that share its port: reads each datagram and offers it to the handlers in turn. A DHT message begins with
/// <c>d</c>, a uTP packet with its type and version.
/// </summary>
internal sealed class DatagramHub : IAsyncDisposable
{
    /// <summary>Maximum length of a received datagram in bytes, more than an Ethernet frame carries; longer ones are cut off.</summary>
    public const int MaxDatagramLength = 2048;

    // Number of consecutive errors after which reading pauses.
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

    /// <summary>Takes ownership of the socket; nothing is read before <see cref="Start"/>.</summary>
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

    /// <summary>Adds a handler after the existing ones.</summary>
    public void Add(IDatagramHandler handler)
    {
        lock (_gate)
            Volatile.Write(ref _handlers, [.. _handlers, handler]);
    }

    /// <summary>Removes a handler; a call that has begun is not interrupted.</summary>
    public void Remove(IDatagramHandler handler)
    {
        lock (_gate)
            Volatile.Write(ref _handlers, [.. _handlers.Where(other => other != handler)]);
    }

    /// <summary>Starts reading. Must be called only once.</summary>
    public void Start() => _run = Task.Run(() => ReadAsync(_stopping.Token));

    /// <summary>Sends a datagram at once; false if the system refuses it. Safe for all threads.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to) => _socket.TrySend(datagram, to);

    /// <inheritdoc cref="IDatagramSocket.AddressTowards"/>
    public CompactEndPoint? AddressTowards(CompactEndPoint to) => _socket.AddressTowards(to);

    /// <summary>Stops reading and closes the socket.</summary>
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
                // Some systems report here that an earlier datagram could not be delivered. That does not concern us, and the next read can succeed.
                _logger.Trace("UDP port {Port}: {Reason}", Port, e.Message);
                if (++faults % ManyFaults == 0)
                    await Task.Delay(Rest, _timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // A bug triggered by one datagram must not stop the reading of others.
    private bool IsTaken(IDatagramHandler handler, ReadOnlySpan<byte> datagram, CompactEndPoint from)
    {
        try
        {
            return handler.TryTake(datagram, from);
        }
#pragma warning disable CA1031 // The first bug is logged with its stack trace.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            if (_bugs++ == 0)
                _logger.Error(bug, "UDP port {Port}: a datagram is dropped because of a bug in this program", Port);
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
