using System.Net;
using System.Net.Sockets;
using Pieces.Fuzz.Peer;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Benchmarks.Soak;

/// <summary>Connections that no honest peer makes: noise, silence, half handshakes, and messages in any order.</summary>
internal sealed class HostilePeers(IReadOnlyList<SoakContent> contents, Func<IReadOnlyList<int>> ports, int seed)
{
    private const int Runners = 6;

    private static readonly TimeSpan LongestStay = TimeSpan.FromSeconds(8);

    private readonly PeerContent _content = new();
    private long _connections;

    /// <summary>Connections made so far.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Enumerable.Range(0, Runners).Select(i => Task.Run(() => RunOneAsync(new Random(seed + i), cancellationToken), CancellationToken.None)));

    private async Task RunOneAsync(Random random, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ConnectAsync(random, cancellationToken);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // The client closed the connection or the run ends; both are expected here.
            }
        }
    }

    private async Task ConnectAsync(Random random, CancellationToken cancellationToken)
    {
        using var stay = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stay.CancelAfter(TimeSpan.FromMilliseconds(random.Next(50, (int)LongestStay.TotalMilliseconds)));
        IReadOnlyList<int> targets = ports();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // Addresses of their own, so that their bans do not touch the honest peers.
        socket.Bind(new IPEndPoint(new IPAddress([127, 66, 0, (byte)random.Next(1, 250)]), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, targets[random.Next(targets.Count)]), stay.Token);
        Interlocked.Increment(ref _connections);
        await using var stream = new NetworkStream(socket);
        byte[] noise = new byte[random.Next(1, 4000)];
        random.NextBytes(noise);
        Task read = DrainAsync(stream, stay.Token);
        int kind = random.Next(6);
        if (kind == 0)
            await stream.WriteAsync(noise, stay.Token);
        else if (kind == 1)
            await stream.WriteAsync(HandshakeOf(random).AsMemory(0, random.Next(1, Handshake.Length)), stay.Token);
        else if (kind > 2)
            await PlayAsync(stream, random, noise, stay.Token);
        await read;
    }

    private async Task PlayAsync(NetworkStream stream, Random random, byte[] noise, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(HandshakeOf(random), cancellationToken);
        var asked = new Queue<RequestMessage>();
        for (var sequence = new PeerSequence(noise, _content); sequence.HasMore;)
            await stream.WriteAsync(sequence.Next(asked), cancellationToken);
    }

    private byte[] HandshakeOf(Random random)
    {
        byte[] bytes = new byte[Handshake.Length];
        new Handshake(ReservedBits.Own, contents[random.Next(contents.Count)].Metainfo.Swarms[0], PeerId.Create(random)).WriteTo(bytes);
        return bytes;
    }

    private static async Task DrainAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) > 0)
        {
        }
    }
}
