using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Pieces.Primitives;

namespace Pieces.Tests.Support;

/// <summary>An event that the seeder recorded: it received a request, or it has written a whole block to the socket.</summary>
internal readonly record struct SeederEvent(int Run, bool IsRequest, int Piece, int Begin, long Timestamp);

/// <summary>
/// A seeder on a real socket. It has all pieces, chokes no peer, limits its upload rate, and records every request and every block. It uses the
/// protocol of BEP 3 without extensions.
/// </summary>
internal sealed class RecordingSeeder : IAsyncDisposable
{
    private const int HandshakeLength = 68;
    private const int PieceHeaderLength = 13;
    private const byte Unchoke = 1, Bitfield = 5, Request = 6, Piece = 7;

    private static int _made;

    // Two seeders with the same id would be treated as one peer.
    private readonly PeerId _id = PeerId.FromBytes(System.Text.Encoding.ASCII.GetBytes($"-RS0001-{Interlocked.Increment(ref _made):d12}"));
    private readonly TestTorrent _torrent;
    private readonly long _bytesPerSecond;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<SeederEvent> _events = [];
    private readonly List<IPEndPoint> _callers = [];
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;
    private long _due = Stopwatch.GetTimestamp();
    private int _run;

    /// <param name="torrent">The torrent to seed.</param>
    /// <param name="bytesPerSecond">Upload rate of the payload over all connections; null for no limit.</param>
    public RecordingSeeder(TestTorrent torrent, long? bytesPerSecond = null)
    {
        _torrent = torrent;
        _bytesPerSecond = bytesPerSecond ?? long.MaxValue;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Number of blocks after which the seeder sends no more in the first run, so that the run always ends in the same state.</summary>
    public int HoldAt { get; init; } = int.MaxValue;

    /// <summary>Whether each block is sent with a wrong byte.</summary>
    public bool Lies { get; init; }

    /// <summary>The address of the seeder, in the form that <c>--peer</c> accepts.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>All events so far, in order.</summary>
    public SeederEvent[] Events
    {
        get
        {
            lock (_gate)
                return [.. _events];
        }
    }

    /// <summary>The addresses of the peers that have connected so far.</summary>
    public IPEndPoint[] Callers
    {
        get
        {
            lock (_gate)
                return [.. _callers];
        }
    }

    /// <summary>Number of blocks sent so far.</summary>
    public int Delivered { get; private set; }

    /// <summary>
    /// Notes that the program is about to be ended. Events of later connections belong to the next run. Blocks that are still written to older
    /// connections do not count as delivered.
    /// </summary>
    public void BeginRun() => Interlocked.Increment(ref _run);

    /// <summary>Waits until a number of blocks have been sent, over all runs.</summary>
    public async Task UntilDeliveredAsync(int blocks, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        while (Delivered < blocks)
            await Task.Delay(1, patience.Token);
    }

    /// <summary>
    /// Returns the pieces of which a block was lost when a run ended: the block was sent in that run and requested again in a later one. If the block
    /// was sent in several runs, the last one counts.
    /// </summary>
    public IReadOnlyCollection<(int Run, int Piece)> AskedAgain()
    {
        var delivered = new Dictionary<(int Piece, int Begin), int>();
        var again = new HashSet<(int, int)>();
        foreach (SeederEvent e in Events)
        {
            if (!e.IsRequest)
                delivered[(e.Piece, e.Begin)] = e.Run;
            else if (delivered.TryGetValue((e.Piece, e.Begin), out int run) && run < e.Run)
                again.Add((run, e.Piece));
        }

        return again;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stopping.Token);
                socket.NoDelay = true;
                lock (_gate)
                    _callers.Add((IPEndPoint)socket.RemoteEndPoint!);
                _connections.Add(ServeAsync(socket, Volatile.Read(ref _run)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException || _stopping.IsCancellationRequested)
        {
            // The test is over. A listener that is stopped between two calls throws a different exception.
        }
    }

    private async Task ServeAsync(Socket socket, int run)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        var asked = Channel.CreateUnbounded<(int Piece, int Begin, int Length)>();
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        Task sending = Task.CompletedTask;
        try
        {
            await GreetAsync(stream, closed.Token);
            sending = SendAsync(stream, asked.Reader, run, closed.Token);
            await ReadAsync(stream, asked.Writer, run, closed.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client has disconnected, which it may do at any time, or the test is over.
        }

        await closed.CancelAsync();
        await sending;
    }

    private async Task GreetAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] theirs = new byte[HandshakeLength];
        await stream.ReadExactlyAsync(theirs, cancellationToken);
        byte[] bits = new byte[(_torrent.PieceCount + 7) / 8];
        for (int i = 0; i < _torrent.PieceCount; i++)
            bits[i / 8] |= (byte)(0x80 >> (i % 8));
        byte[] greeting = [
            .. ScriptedPeer.HandshakeBytes(_torrent.Metainfo.Swarms[0], _id, default(Pieces.Wire.ReservedBits)),
            .. Message(Bitfield, bits),
            .. Message(Unchoke, [])];
        await stream.WriteAsync(greeting, cancellationToken);
    }

    private async Task ReadAsync(
        NetworkStream stream, ChannelWriter<(int Piece, int Begin, int Length)> asked, int run, CancellationToken cancellationToken)
    {
        byte[] prefix = new byte[4];
        while (true)
        {
            await stream.ReadExactlyAsync(prefix, cancellationToken);
            byte[] message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
            await stream.ReadExactlyAsync(message, cancellationToken);
            if (message is not [Request, ..])
                continue;
            int piece = BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(1));
            int begin = BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(5));
            Record(new SeederEvent(run, IsRequest: true, piece, begin, Stopwatch.GetTimestamp()));
            asked.TryWrite((piece, begin, BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(9))));
        }
    }

    private async Task SendAsync(
        NetworkStream stream, ChannelReader<(int Piece, int Begin, int Length)> asked, int run, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[PieceHeaderLength + BlockRequest.MaxLength];
        try
        {
            await foreach ((int piece, int begin, int length) in asked.ReadAllAsync(cancellationToken))
            {
                if (run == 0 && Delivered >= HoldAt)
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                await PaceAsync(length, cancellationToken);
                BinaryPrimitives.WriteInt32BigEndian(buffer, 9 + length);
                buffer[4] = Piece;
                BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(5), piece);
                BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(9), begin);
                _torrent.Read(((long)piece * _torrent.PieceLength) + begin, buffer.AsSpan(PieceHeaderLength, length));
                if (Lies)
                    buffer[PieceHeaderLength] ^= 1;
                await stream.WriteAsync(buffer.AsMemory(0, PieceHeaderLength + length), cancellationToken);
                Record(new SeederEvent(run, IsRequest: false, piece, begin, Stopwatch.GetTimestamp()));
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // As above.
        }
    }

    // Unused time is not made up for, because this seeder must not send bursts.
    private async Task PaceAsync(int length, CancellationToken cancellationToken)
    {
        if (_bytesPerSecond == long.MaxValue)
            return;
        long mine;
        lock (_gate)
        {
            mine = Math.Max(_due, Stopwatch.GetTimestamp() - (Stopwatch.Frequency / 100));
            _due = mine + (length * Stopwatch.Frequency / _bytesPerSecond);
        }

        while (Stopwatch.GetTimestamp() < mine)
            await Task.Delay(1, cancellationToken);
    }

    private void Record(SeederEvent e)
    {
        lock (_gate)
        {
            if (!e.IsRequest && e.Run != Volatile.Read(ref _run))
                return;
            _events.Add(e);
            if (!e.IsRequest)
                Delivered++;
        }
    }

    private static byte[] Message(byte id, byte[] payload)
    {
        byte[] message = new byte[5 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(message, 1 + payload.Length);
        message[4] = id;
        payload.CopyTo(message, 5);
        return message;
    }
}
