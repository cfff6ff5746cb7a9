using System.Net;
using System.Net.Sockets;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>
/// A UDP tracker (BEP 15, BEP 41). Each call uses its own connected socket, so that the system drops datagrams from other senders and reports at once
/// if the port is closed.
/// </summary>
internal sealed class UdpTracker : ITracker
{
    /// <summary>How long a connection id is valid (BEP 15).</summary>
    public static readonly TimeSpan ConnectionLifetime = TimeSpan.FromSeconds(60);

    /// <summary>Maximum number of retransmissions of a request: the last timeout is the first one times 2 to this power (BEP 15).</summary>
    public const int MaxRepetitions = 8;

    // Maximum number of addresses tried per host; each costs a timeout if it does not respond.
    private const int MaxAddresses = 4;

    private readonly Uri _url;
    private readonly string _urlData;
    private readonly IReadOnlyList<string> _secrets;
    private readonly TrackerSettings _settings;
    private readonly Random _random;
    private readonly Dictionary<IPAddress, Connection> _connections = [];

    /// <summary>Creates a tracker; nothing is opened.</summary>
    /// <param name="url">An absolute udp: URL with a port.</param>
    /// <param name="settings">How it is contacted.</param>
    /// <param name="random">Source of transaction ids; must not be shared with other objects.</param>
    public UdpTracker(Uri url, TrackerSettings settings, Random random)
    {
        _url = url;
        _settings = settings;
        _random = random;
        _urlData = url.PathAndQuery == "/" ? "" : url.PathAndQuery;
        _secrets = TrackerUrl.SecretsOf(url.OriginalString);
        DisplayUrl = TrackerUrl.Redact(url.OriginalString);
    }

    private delegate int RequestWriter(Span<byte> destination, long connection, uint transaction);

    private delegate bool AnswerReader<T>(ReadOnlySpan<byte> datagram, uint transaction, AddressFamily family, out T answer);

    /// <inheritdoc/>
    public string DisplayUrl { get; }

    /// <inheritdoc/>
    public async Task<AnnounceResponse> AnnounceAsync(AnnounceRequest request, CancellationToken cancellationToken)
    {
        (AnnounceResponse response, IPAddress from) = await AskAsync<AnnounceResponse>(
            (destination, connection, transaction) => UdpTrackerCodec.WriteAnnounce(destination, connection, transaction, request, _urlData),
            (ReadOnlySpan<byte> datagram, uint transaction, AddressFamily family, out AnnounceResponse answer) =>
                UdpTrackerCodec.TryReadAnnounce(datagram, transaction, family, _settings.Addresses, out answer),
            cancellationToken).ConfigureAwait(false);
        return response.BelievedOf(AddressFacts.ReachOf(from));
    }

    /// <inheritdoc/>
    public async Task<ScrapeResponse> ScrapeAsync(SwarmKey infoHash, CancellationToken cancellationToken)
    {
        (ScrapeResponse response, _) = await AskAsync<ScrapeResponse>(
            (destination, connection, transaction) => UdpTrackerCodec.WriteScrape(destination, connection, transaction, infoHash),
            (ReadOnlySpan<byte> datagram, uint transaction, AddressFamily _, out ScrapeResponse answer) =>
                UdpTrackerCodec.TryReadScrape(datagram, transaction, out answer),
            cancellationToken).ConfigureAwait(false);
        return response;
    }

    /// <summary>Does nothing: all resources are released at the end of each call.</summary>
    public void Dispose()
    {
    }

    private async Task<(T Answer, IPAddress From)> AskAsync<T>(RequestWriter write, AnswerReader<T> read, CancellationToken cancellationToken)
    {
        try
        {
            return await AskHostAsync(write, read, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            throw new TrackerException(SocketText.Of(exception), exception);
        }
        catch (TrackerException exception)
        {
            throw new TrackerException(TrackerText.WithoutSecrets(exception.Message, _secrets), exception) { IsRefusal = exception.IsRefusal };
        }
    }

    private async Task<(T Answer, IPAddress From)> AskHostAsync<T>(RequestWriter write, AnswerReader<T> read, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await FindAsync(cancellationToken).ConfigureAwait(false);
        int count = Math.Min(addresses.Length, MaxAddresses);
        int unreachable = 0;
        TimeSpan timeout = _settings.UdpTimeout;
        for (int attempt = 0; attempt <= MaxRepetitions; attempt++)
        {
            try
            {
                (bool answered, T answer) = await AskOnceAsync(addresses[attempt % count], timeout, write, read, cancellationToken)
                    .ConfigureAwait(false);
                if (answered)
                    return (answer, addresses[attempt % count]);
                unreachable = 0;
            }
            catch (SocketException) when (++unreachable < count)
            {
                // The port is closed at this address. Try the next address at once; if it is the last one, its error is reported.
                continue;
            }

            timeout *= 2;
        }

        throw new TrackerException($"did not respond to {MaxRepetitions + 1} requests");
    }

    // Resolved and checked before each request, because a name may resolve to another address later.
    private async Task<IPAddress[]> FindAsync(CancellationToken cancellationToken)
    {
        string host = _url.IdnHost;
        IPAddress[] found;
        try
        {
            found = await _settings.Outbound.ResolveReachableAsync(host, _settings.Requester, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new TrackerException(SocketText.NoAddress(host, e), e);
        }

        IPAddress[] usable = Array.FindAll(found, address => _settings.AddressFault(address, _url.AbsolutePath) is null);
        return usable.Length > 0 ? usable : throw new TrackerException(_settings.AddressFault(found[0], _url.AbsolutePath)!);
    }

    private async Task<(bool Answered, T Answer)> AskOnceAsync<T>(
        IPAddress address, TimeSpan timeout, RequestWriter write, AnswerReader<T> read, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(timeout, _settings.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        using Socket socket = await _settings.Outbound.ConnectUdpAsync(new IPEndPoint(address, _url.Port), either.Token).ConfigureAwait(false);
        bool isFresh = false;
        try
        {
            if (!TryGetConnection(address, out long connection))
            {
                connection = await ConnectAsync(socket, address, either.Token).ConfigureAwait(false);
                isFresh = true;
            }

            T answer = await ExchangeAsync(socket, connection, write, read, either.Token).ConfigureAwait(false);
            return (true, answer);
        }
        catch (TrackerException) when (!isFresh)
        {
            // The tracker may have forgotten the connection id, for example after a restart.
            _connections.Remove(address);
            return (false, default!);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            _connections.Remove(address);
            return (false, default!);
        }
    }

    private bool TryGetConnection(IPAddress address, out long id)
    {
        bool known = _connections.TryGetValue(address, out Connection connection)
            && _settings.TimeProvider.GetElapsedTime(connection.ObtainedAt) < ConnectionLifetime;
        id = connection.Id;
        return known;
    }

    private async Task<long> ConnectAsync(Socket socket, IPAddress address, CancellationToken cancellationToken)
    {
        long id = await ExchangeAsync<long>(
            socket,
            0,
            (destination, _, transaction) => UdpTrackerCodec.WriteConnect(destination, transaction),
            (ReadOnlySpan<byte> datagram, uint transaction, AddressFamily _, out long connection) =>
                UdpTrackerCodec.TryReadConnect(datagram, transaction, out connection),
            cancellationToken).ConfigureAwait(false);
        _connections[address] = new Connection(id, _settings.TimeProvider.GetTimestamp());
        return id;
    }

    private async Task<T> ExchangeAsync<T>(
        Socket socket, long connection, RequestWriter write, AnswerReader<T> read, CancellationToken cancellationToken)
    {
        uint transaction = (uint)_random.NextInt64(1L << 32);
        byte[] buffer = new byte[UdpTrackerCodec.MaxAnswerLength];
        int length = write(buffer, connection, transaction);
        await socket.SendAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            int received = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read(buffer.AsSpan(0, received), transaction, socket.AddressFamily, out T answer))
                return answer;
        }
    }

    private readonly record struct Connection(long Id, long ObtainedAt);
}
