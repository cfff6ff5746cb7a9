using Microsoft.Extensions.Time.Testing;
using Pieces.Encryption;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

/// <summary>Two handshakers on one connection, each with a policy of its own.</summary>
[Trait("Tier", "Pure")]
public sealed class PeerHandshakerEncryptionTests : IAsyncDisposable
{
    private static readonly SwarmKey Swarm = SwarmKey.Of(InfoHash.OfInfo("swarm"u8));
    private static readonly PeerId NearId = PeerId.Create(new Random(1));
    private static readonly PeerId FarId = PeerId.Create(new Random(2));

    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryConnection _near;
    private readonly InMemoryConnection _far;

    public PeerHandshakerEncryptionTests() => (_near, _far) = new InMemoryNetwork(_time).Pair();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _near.DisposeAsync();
        await _far.DisposeAsync();
    }

    [Theory]
    [InlineData(EncryptionPolicy.Prefer, EncryptionPolicy.Prefer, EncryptionExtent.Handshake)]
    [InlineData(EncryptionPolicy.Prefer, EncryptionPolicy.Require, EncryptionExtent.Stream)]
    [InlineData(EncryptionPolicy.Require, EncryptionPolicy.Prefer, EncryptionExtent.Stream)]
    [InlineData(EncryptionPolicy.Require, EncryptionPolicy.Require, EncryptionExtent.Stream)]
    internal async Task An_encrypted_greeting_is_answered_encrypted(EncryptionPolicy dialler, EncryptionPolicy answerer, EncryptionExtent extent)
    {
        Task<HandshakenPeer> answering = Handshaker(FarId, answerer).AnswerAsync(_far, hash => hash == Swarm, Token);
        HandshakenPeer near = await Handshaker(NearId, dialler).DialEncryptedAsync(_near, Swarm, Token);
        HandshakenPeer far = await answering;
        (near.Handshake.Encryption, near.RemoteId, near.IsOutbound).Should().Be((extent, FarId, true));
        (far.Handshake.Encryption, far.RemoteId, far.IsOutbound).Should().Be((extent, NearId, false));
        (near.Transport == _near, far.Transport == _far).Should().Be(
            (extent == EncryptionExtent.Handshake, extent == EncryptionExtent.Handshake), "a plain stream goes on with nothing in between");
        near.Transport.RemoteEndPoint.Should().Be(_near.RemoteEndPoint);

        byte[] message = "interested"u8.ToArray();
        await near.Transport.Stream.WriteAsync(message, Token);
        byte[] read = new byte[message.Length];
        await far.Transport.Stream.ReadExactlyAsync(read, Token);
        read.Should().Equal(message);
        await far.Transport.Stream.WriteAsync(message.AsMemory(0, 5), Token);
        await near.Transport.Stream.ReadExactlyAsync(read.AsMemory(5), Token);
        read.Should().Equal("interinter"u8.ToArray());
    }

    [Theory]
    [InlineData(EncryptionPolicy.Prefer)]
    [InlineData(EncryptionPolicy.Off)]
    public async Task A_plain_greeting_is_answered_plainly(EncryptionPolicy answerer)
    {
        Task<HandshakenPeer> answering = Handshaker(FarId, answerer).AnswerAsync(_far, hash => hash == Swarm, Token);
        HandshakenPeer near = await Handshaker(NearId, EncryptionPolicy.Off).DialAsync(_near, Swarm, Token);
        (near.Handshake.Encryption, (await answering).Handshake.Encryption).Should().Be((EncryptionExtent.None, EncryptionExtent.None));
    }

    [Fact]
    public async Task A_plain_greeting_gets_no_answer_where_encryption_is_required()
    {
        Task<HandshakenPeer> answering = Handshaker(FarId, EncryptionPolicy.Require).AnswerAsync(_far, _ => true, Token);
        await using var peer = new ScriptedPeer(_near);
        await peer.SendHandshakeAsync(Swarm, NearId, Token);
        await FluentActions.Awaiting(() => answering).Should().ThrowAsync<PeerProtocolException>().WithMessage("not encrypted*");
        await _far.DisposeAsync();
        (await peer.IsClosedAsync(Token)).Should().BeTrue("not one byte was sent");
    }

    [Fact]
    public async Task One_who_closes_without_a_word_may_want_the_other_greeting()
    {
        Task<HandshakenPeer> dialling = Handshaker(NearId, EncryptionPolicy.Prefer).DialAsync(_near, Swarm, Token);
        await _far.DisposeAsync();
        await FluentActions.Awaiting(() => dialling).Should().ThrowAsync<HandshakeModeException>().Where(e => !e.WasEncrypted && !e.IsSilence);
    }

    [Fact]
    public async Task One_who_is_silent_may_want_the_other_greeting_too()
    {
        Task<HandshakenPeer> dialling = Handshaker(NearId, EncryptionPolicy.Prefer).DialAsync(_near, Swarm, Token);
        _time.Advance(PeerHandshaker.TimeLimit - TimeSpan.FromMilliseconds(1));
        dialling.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await FluentActions.Awaiting(() => dialling).Should().ThrowAsync<HandshakeModeException>().Where(e => !e.WasEncrypted && e.IsSilence);
    }

    [Fact]
    public async Task One_who_has_begun_a_plain_answer_speaks_plainly()
    {
        await using var peer = new ScriptedPeer(_far);
        Task<HandshakenPeer> dialling = Handshaker(NearId, EncryptionPolicy.Prefer).DialAsync(_near, Swarm, Token);
        await peer.Stream.WriteAsync(ScriptedPeer.HandshakeBytes(Swarm, FarId).AsMemory(0, 1), Token);
        await peer.DisposeAsync();
        await FluentActions.Awaiting(() => dialling).Should().ThrowAsync<IOException>().WithMessage("*after 1 bytes*");
    }

    [Fact]
    public async Task An_encrypted_greeting_is_noise_where_encryption_is_off()
    {
        Task<HandshakenPeer> answering = Handshaker(FarId, EncryptionPolicy.Off).AnswerAsync(_far, _ => true, Token);
        Task<HandshakenPeer> dialling = Handshaker(NearId, EncryptionPolicy.Prefer).DialEncryptedAsync(_near, Swarm, Token);
        await FluentActions.Awaiting(() => answering).Should().ThrowAsync<PeerProtocolException>().WithMessage("not a BitTorrent handshake");
        await _far.DisposeAsync();
        await FluentActions.Awaiting(() => dialling).Should().ThrowAsync<HandshakeModeException>().Where(e => e.WasEncrypted && !e.IsSilence);
    }

    [Fact]
    public async Task One_who_greets_plainly_without_reading_first_is_found_out_at_once()
    {
        await using var peer = new ScriptedPeer(_far);
        await peer.SendHandshakeAsync(Swarm, FarId, Token);
        await FluentActions.Awaiting(() => Handshaker(NearId, EncryptionPolicy.Prefer).DialEncryptedAsync(_near, Swarm, Token))
            .Should().ThrowAsync<HandshakeModeException>().WithMessage("*responded with an unencrypted handshake").Where(e => !e.IsSilence);
    }

    [Fact]
    public async Task One_who_does_not_answer_an_encrypted_greeting_in_time_is_taken_for_one_who_does_not_understand_it()
    {
        Task<HandshakenPeer> dialling = Handshaker(NearId, EncryptionPolicy.Prefer).DialEncryptedAsync(_near, Swarm, Token);
        _time.Advance(PeerHandshaker.EncryptionTimeLimit - TimeSpan.FromMilliseconds(1));
        dialling.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await FluentActions.Awaiting(() => dialling).Should().ThrowAsync<HandshakeModeException>()
            .WithMessage("*within 10 s").Where(e => e.WasEncrypted && e.IsSilence);
    }

    [Fact]
    public async Task The_time_of_an_encrypted_handshake_counts_as_a_whole_for_who_answers()
    {
        Task<HandshakenPeer> answering = Handshaker(FarId, EncryptionPolicy.Prefer).AnswerAsync(_far, _ => true, Token);
        byte[] key = new KeyExchange([.. Enumerable.Range(1, 20).Select(i => (byte)i)]).PublicKey.ToArray();
        for (int i = 0; i < 19; i++)
        {
            await _near.Stream.WriteAsync(key.AsMemory(i, 1), Token);
            await FakeTimeSteps.SettleAsync();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        answering.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));
        await FluentActions.Awaiting(() => answering).Should().ThrowAsync<IOException>().WithMessage("no handshake within 20 s");
    }

    [Fact]
    public async Task The_torrent_inside_must_be_the_one_that_the_keys_are_of()
    {
        SwarmKey other = SwarmKey.Of(InfoHash.OfInfo("other"u8));
        StreamEncryption encryption = Encryption(EncryptionPolicy.Prefer, 5, Swarm, other);
        Task<HandshakenPeer> answering = new PeerHandshaker(_ => FarId, ReservedBits.Own, _time, encryption).AnswerAsync(_far, _ => true, Token);
        await Encryption(EncryptionPolicy.Prefer, 6).DialAsync(_near.Stream, Swarm, ScriptedPeer.HandshakeBytes(other, NearId), Token);
        await FluentActions.Awaiting(() => answering).Should().ThrowAsync<PeerProtocolException>()
            .WithMessage($"requested unknown info-hash {other}");
    }

    [Fact]
    public async Task A_torrent_that_takes_no_peers_now_is_told_nothing_of()
    {
        Task<HandshakenPeer> answering = Handshaker(FarId, EncryptionPolicy.Prefer).AnswerAsync(_far, _ => false, Token);
        Task<HandshakenPeer> dialling = Handshaker(NearId, EncryptionPolicy.Prefer).DialEncryptedAsync(_near, Swarm, Token);
        await FluentActions.Awaiting(() => answering).Should().ThrowAsync<PeerProtocolException>();
        await _far.DisposeAsync();
        await FluentActions.Awaiting(() => dialling).Should().ThrowAsync<IOException>("the handshake inside was never answered");
    }

    [Fact]
    public async Task Our_own_id_is_a_connection_to_ourselves_also_when_it_comes_encrypted()
    {
        Task<HandshakenPeer> answering = Handshaker(NearId, EncryptionPolicy.Prefer).AnswerAsync(_far, _ => true, Token);
        Task<HandshakenPeer> dialling = Handshaker(NearId, EncryptionPolicy.Prefer).DialEncryptedAsync(_near, Swarm, Token);
        await FluentActions.Awaiting(() => answering).Should().ThrowAsync<SelfConnectionException>();
        await FluentActions.Awaiting(() => dialling).Should().ThrowAsync<SelfConnectionException>();
    }

    [Fact]
    public async Task Messages_behind_an_encrypted_handshake_are_left_for_the_connection()
    {
        Task<HandshakenPeer> answering = Handshaker(FarId, EncryptionPolicy.Prefer).AnswerAsync(_far, _ => true, Token);
        byte[] lump = [.. ScriptedPeer.HandshakeBytes(Swarm, NearId), .. ScriptedPeer.Encode(HaveAllMessage.Instance)];
        await Encryption(EncryptionPolicy.Prefer, 6).DialAsync(_near.Stream, Swarm, lump, Token);
        HandshakenPeer peer = await answering;
        peer.Handshake.Encryption.Should().Be(EncryptionExtent.Handshake);
        peer.Transport.Should().NotBeSameAs(_far, "some of the payload is still to be decrypted");
        byte[] rest = new byte[64];
        (await peer.Transport.Stream.ReadAsync(rest, Token)).Should().Be(5);
        rest[4].Should().Be((byte)PeerMessageId.HaveAll);
    }

    private PeerHandshaker Handshaker(PeerId id, EncryptionPolicy policy) =>
        new(_ => id, ReservedBits.Own, _time, Encryption(policy, id == NearId ? 3 : 4, Swarm));

    private StreamEncryption Encryption(EncryptionPolicy policy, int seed, params SwarmKey[] swarms)
    {
        var encryption = new StreamEncryption(policy, ByteChance.Of(new Random(seed)), _time);
        foreach (SwarmKey swarm in swarms)
            encryption.Swarms.Add(swarm);
        return encryption;
    }
}
