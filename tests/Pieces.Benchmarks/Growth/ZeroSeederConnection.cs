using System.Buffers.Binary;
using System.Net.Sockets;

namespace Pieces.Benchmarks.Growth;

/// <summary>One connection of a <see cref="ZeroSeeder"/>. All requests of one read are answered by one send.</summary>
internal sealed class ZeroSeederConnection
{
    private const int HeaderLength = 13;
    private const int MaxBatch = 256;

    private static readonly byte[] Zeros = new byte[128 * 1024];

    private readonly ZeroSeeder _seeder;
    private readonly Socket _socket;
    private readonly byte[] _input = new byte[64 * 1024];
    private readonly byte[] _headers = new byte[MaxBatch * HeaderLength];
    private readonly List<ArraySegment<byte>> _output = new(2 * MaxBatch);
    private int _batch;

    public ZeroSeederConnection(ZeroSeeder seeder, Socket socket)
    {
        _seeder = seeder;
        _socket = socket;
    }

    /// <summary>Serves until the other side goes or the seeder stops.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            _socket.NoDelay = true;
            await TalkAsync(cancellationToken);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The other side has gone, or the measurement is over.
        }
        finally
        {
            _socket.Dispose();
        }
    }

    private async Task TalkAsync(CancellationToken cancellationToken)
    {
        if (!await RawHandshake.ReadAsync(_socket, _input, cancellationToken))
            return;
        await _socket.SendAsync(RawHandshake.Make(_seeder.InfoHash, _seeder.EndPoint.Port, isFast: false), cancellationToken);
        await _socket.SendAsync(RawHandshake.Bitfield(_seeder.PieceCount, _seeder.IsPartial ? 2 : 1), cancellationToken);
        if (_seeder.Unchokes)
            await _socket.SendAsync(RawHandshake.Message(RawHandshake.Unchoke), cancellationToken);
        int have = 0, toSkip = 0;
        while (true)
        {
            int read = await _socket.ReceiveAsync(_input.AsMemory(have), cancellationToken);
            if (read == 0)
                return;
            have += read;
            int at = Math.Min(toSkip, have);
            toSkip -= at;
            while (toSkip == 0 && have - at >= 4)
            {
                int frame = 4 + BinaryPrimitives.ReadInt32BigEndian(_input.AsSpan(at));
                if (have - at < Math.Min(frame, 17))
                    break;
                if (frame == 17 && _input[at + 4] == 6)
                    await TakeRequestAsync(at);
                toSkip = Math.Max(0, frame - (have - at));
                at += frame - toSkip;
            }

            _input.AsSpan(at, have - at).CopyTo(_input);
            have -= at;
            await SendAsync();
        }
    }

    private async ValueTask TakeRequestAsync(int at)
    {
        _seeder.NoteRequest();
        if (!_seeder.TryTake())
            return;
        int length = BinaryPrimitives.ReadInt32BigEndian(_input.AsSpan(at + 13));
        int header = _batch * HeaderLength;
        BinaryPrimitives.WriteInt32BigEndian(_headers.AsSpan(header), 9 + length);
        _headers[header + 4] = 7;
        _input.AsSpan(at + 5, 8).CopyTo(_headers.AsSpan(header + 5));
        _output.Add(new ArraySegment<byte>(_headers, header, HeaderLength));
        _output.Add(new ArraySegment<byte>(Zeros, 0, length));
        if (++_batch == MaxBatch)
            await SendAsync();
    }

    private async ValueTask SendAsync()
    {
        if (_batch == 0)
            return;
        await _socket.SendAsync(_output);
        _output.Clear();
        _batch = 0;
        _seeder.NoteServed();
    }
}
