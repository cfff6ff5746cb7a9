using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

/// <summary>Two connections of the program over real sockets.</summary>
[Trait("Tier", "Loopback")]
public class PeerConnectionTcpTests
{
    private static readonly SwarmKey Swarm = SwarmKey.Of(InfoHash.OfInfo("swarm"u8));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(EncryptionPolicy.Off)]
    [InlineData(EncryptionPolicy.Prefer)]
    [InlineData(EncryptionPolicy.Require)]
    public async Task Blocks_travel_from_one_connection_to_another_and_arrive_unchanged(EncryptionPolicy policy)
    {
        const int Blocks = 3000;
        using var pool = new BlockPool();
        var leecher = new RecordingSink();
        var seeder = new ServingSink();
        (PeerConnection near, PeerConnection far) = await ConnectAsync(pool, leecher, seeder, policy);
        near.IsEncrypted.Should().Be(policy == EncryptionPolicy.Require);

        int asked = 0, got = 0;
        while (got < Blocks)
        {
            if (asked < Blocks && asked - got <= 200)
            {
                BlockRequest[] requests = [.. Enumerable.Range(asked, 50).Select(Block)];
                near.SendRequests(requests);
                asked += requests.Length;
                continue;
            }

            BlockMessage block = await leecher.NextAsync<BlockMessage>(Token);
            BlockRequest expected = Block(got++);
            (block.Piece, block.Begin).Should().Be(((uint)expected.Piece.Value, (uint)expected.Begin));
            block.Data.Memory.Span.SequenceEqual(PatternStore.BytesOf(expected)).Should().BeTrue();
            block.Data.Dispose();
        }

        near.Close("done");
        await near.Completion;
        await far.Completion.WaitAsync(TimeSpan.FromSeconds(30), Token);
        seeder.Uploaded.Should().Be(Blocks * (long)BlockRequest.MaxLength);
        (leecher.ClosedCalls, seeder.ClosedCalls).Should().Be((1, 1));
        pool.Rented.Should().Be(0);
    }

    [Fact]
    public async Task Closing_in_the_middle_of_a_transfer_leaves_nothing_behind()
    {
        for (int round = 0; round < 20; round++)
        {
            using var pool = new BlockPool();
            var leecher = new RecordingSink();
            var seeder = new ServingSink();
            EncryptionPolicy policy = round % 4 < 2 ? EncryptionPolicy.Off : EncryptionPolicy.Require;
            (PeerConnection near, PeerConnection far) = await ConnectAsync(pool, leecher, seeder, policy);
            near.SendRequests([.. Enumerable.Range(0, 400).Select(Block)]);
            for (int i = 0; i < round; i++)
                (await leecher.NextAsync<BlockMessage>(Token)).Data.Dispose();
            (round % 2 == 0 ? near : far).Close("enough");
            await Task.WhenAll(near.Completion, far.Completion).WaitAsync(TimeSpan.FromSeconds(30), Token);
            leecher.DisposeBlocks();
            (leecher.ClosedCalls, seeder.ClosedCalls).Should().Be((1, 1));
            pool.Rented.Should().Be(0);
        }
    }

    private static BlockRequest Block(int i) => new(new PieceIndex(i / 16), i % 16 * BlockRequest.MaxLength, BlockRequest.MaxLength);

    private static async Task<(PeerConnection Near, PeerConnection Far)> ConnectAsync(
        BlockPool pool, IPeerSink near, IPeerSink far, EncryptionPolicy policy)
    {
        var transport = new TcpTransport(new Outbound(), TimeProvider.System, NullLogger.Instance);
        await using ITransportListener listener = transport.Listen(IPAddress.Loopback, 0, 0);
        ITransportConnection dialled = await transport.ConnectAsync(new IPEndPoint(IPAddress.Loopback, listener.Port), Token);
        ITransportConnection accepted = await listener.AcceptAsync(Token);
        PeerHandshaker dialler = Handshaker(1, policy);
        Task<HandshakenPeer> dialling =
            policy == EncryptionPolicy.Off ? dialler.DialAsync(dialled, Swarm, Token) : dialler.DialEncryptedAsync(dialled, Swarm, Token);
        HandshakenPeer answer = await Handshaker(2, policy).AnswerAsync(accepted, hash => hash == Swarm, Token);
        PeerConnection nearConnection = Start(await dialling, near, pool);
        PeerConnection farConnection = Start(answer, far, pool);
        return (nearConnection, farConnection);
    }

    private static PeerHandshaker Handshaker(int seed, EncryptionPolicy policy)
    {
        var encryption = new StreamEncryption(policy, ByteChance.Unguessable(), TimeProvider.System);
        encryption.Swarms.Add(Swarm);
        return new PeerHandshaker(_ => PeerId.Create(new Random(seed)), ReservedBits.Own, TimeProvider.System, encryption);
    }

    private static PeerConnection Start(HandshakenPeer peer, IPeerSink sink, BlockPool pool)
    {
        var connection = new PeerConnection(new PeerConnectionOptions
        {
            Id = new SenderId(1),
            Transport = peer.Transport,
            Handshake = peer.Handshake,
            Sink = sink,
            Store = () => new PatternStore(),
            Pool = pool,
            Unfinished = new UnfinishedMessages(),
            PieceCount = 1000,
            TimeProvider = TimeProvider.System,
            Logger = NullLogger.Instance,
        });
        connection.Start();
        return connection;
    }

    /// <summary>A sink that serves every requested block.</summary>
    private sealed class ServingSink : IPeerSink
    {
        private long _uploaded;
        private int _closedCalls;

        public long Uploaded => Interlocked.Read(ref _uploaded);

        public int ClosedCalls => _closedCalls;

        public ValueTask OnMessagesAsync(PeerConnection peer, PeerBatch batch, CancellationToken cancellationToken)
        {
            foreach (PeerMessage message in batch.Messages)
            {
                var request = (RequestMessage)message;
                peer.TryQueueUpload(new BlockRequest(new PieceIndex((int)request.Piece), (int)request.Begin, (int)request.Length)).Should().BeTrue();
            }

            return ValueTask.CompletedTask;
        }

        public void OnUploaded(PeerConnection peer, int blocks, long bytes) => Interlocked.Add(ref _uploaded, bytes);

        public void OnClosed(PeerConnection peer, string reason, bool isProtocolError) => Interlocked.Increment(ref _closedCalls);
    }
}
