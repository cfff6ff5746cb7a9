using System.Buffers;
using System.Diagnostics;
using System.Net;
using Pieces.Fuzz.Engine;
using Pieces.Net;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;
using Serilog;
using Serilog.Extensions.Logging;

namespace Pieces.Fuzz.Peer;

/// <summary>A client with one torrent, on a network in memory, and peers that dial it.</summary>
internal sealed class PeerWorld : IAsyncDisposable
{
    private const int Port = 6881;
    private const int ReadLength = 16 * 1024;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    private readonly InMemoryNetwork _network = new(TimeProvider.System);
    private readonly PeerContent _content;
    private readonly string _folder;
    private readonly string _address;
    private readonly TorrentClient _client;
    private readonly Torrent _torrent;

    public PeerWorld(PeerContent content, string folder, string address, PeerTarget.ErrorSink errors)
    {
        _content = content;
        _folder = folder;
        _address = address;
        content.WriteHalf(folder);
        var options = new TorrentClientOptions
        {
            FirstPort = Port,
            LastPort = Port,
            Random = new Random(1),
            LoggerFactory = new SerilogLoggerFactory(new LoggerConfiguration().MinimumLevel.Error().WriteTo.Sink(errors).CreateLogger()),
            Dht = null,
        };
        _client = new TorrentClient(options, MemoryClientNetwork.Of(_network.Host(address)));
        _torrent = _client.AddAsync(
            content.Metainfo, new TorrentOptions { OutputDirectory = folder, Seed = new SeedGoals() }).GetAwaiter().GetResult();
        SpinWait.SpinUntil(() => _torrent.TakesPeers, StartLimit);
    }

    /// <summary>Whether the torrent still runs.</summary>
    public bool IsAlive => !_torrent.Completion.IsFaulted && _torrent.TakesPeers;

    /// <summary>What a report needs to know.</summary>
    public string Describe() =>
        $"phase {_torrent.Snapshot.Phase}, {_torrent.Snapshot.ConnectedPeers} peers, "
        + $"{_network.OpenConnections} connections, {_torrent.Completion.Exception}";

    /// <summary>Plays a sequence as one connection; false when the client does not close its end in time.</summary>
    public async Task<bool> PlayAsync(string address, PeerSequence sequence, TimeSpan closeLimit)
    {
        using var limit = new CancellationTokenSource(closeLimit);
        ITransportConnection connection;
        try
        {
            connection = await _network.Host(address).ConnectAsync(new IPEndPoint(IPAddress.Parse(_address), Port), limit.Token);
        }
        catch (IOException)
        {
            return false;
        }

        await using (connection)
        {
            var asked = new Queue<RequestMessage>();
            var reader = new ClientReader(connection.Stream, _content);
            try
            {
                await connection.Stream.WriteAsync(sequence.Handshake(), limit.Token);
                while (sequence.HasMore)
                {
                    byte[] bytes = sequence.Next(asked);
                    if (bytes.Length > 0)
                        await connection.Stream.WriteAsync(bytes, limit.Token);
                    else
                        await reader.ReadAsync(asked, _network.Traffic(address, _address), limit.Token);
                }
            }
            catch (IOException)
            {
                // The client has closed the connection, as it may.
            }
        }

        return await UntilClosedAsync(limit.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> UntilClosedAsync(CancellationToken cancellationToken)
    {
        while (_network.OpenConnectionsOf(_address) > 0)
        {
            if (cancellationToken.IsCancellationRequested)
                return false;
            await Task.Yield();
        }

        return true;
    }

    /// <summary>Reads what the client sends, and checks that it is well-formed.</summary>
    private sealed class ClientReader(Stream stream, PeerContent content)
    {
        // Turns of the thread pool in which the client can answer what it has read. An answer that comes later is read later.
        private const int Turns = 20;

        private readonly byte[] _buffer = new byte[ReadLength];
        private readonly ArrayBufferWriter<byte> _unread = new();
        private Task<int>? _reading;
        private bool _isGreeted;

        public async Task ReadAsync(Queue<RequestMessage> asked, ByteCount toClient, CancellationToken cancellationToken)
        {
            _reading ??= stream.ReadAsync(_buffer, cancellationToken).AsTask();
            while (toClient.Taken < toClient.Sent && !_reading.IsCompleted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            for (int turn = 0; turn < Turns && !_reading.IsCompleted; turn++)
                await Task.Yield();
            if (!_reading.IsCompleted)
                return;
            int count = await _reading;
            _reading = null;
            if (count == 0)
                throw new EndOfStreamException();
            _unread.Write(_buffer.AsSpan(0, count));
            Take(asked);
        }

        private void Take(Queue<RequestMessage> asked)
        {
            var rest = new ReadOnlySequence<byte>(_unread.WrittenMemory);
            if (!_isGreeted)
            {
                if (rest.Length < Handshake.Length)
                    return;
                // A handshake that is not plain is answered as an encrypted one; those bytes have no meaning without the key.
                if (!Handshake.CanBegin(_unread.WrittenSpan))
                {
                    _unread.ResetWrittenCount();
                    return;
                }

                rest = rest.Slice(Handshake.Length);
                _isGreeted = true;
            }

            var layout = content.Metainfo.Layout;
            while (PeerFraming.TryRead(ref rest, new PeerFrameLimits(layout.PieceCount).Longest, out PeerFrame frame))
            {
                if (frame.IsKeepAlive || frame.Id == PeerMessageId.Piece || PeerMessageCodec.Decode(frame) is not RequestMessage request)
                    continue;
                bool isBlock = layout.TryGetBlock(request.Piece, request.Begin, request.Length, out _);
                BrokenPromiseException.Unless(isBlock, "requests are inside of pieces");
                asked.Enqueue(request);
            }

            byte[] left = rest.ToArray();
            _unread.ResetWrittenCount();
            _unread.Write(left);
        }
    }
}
