using Microsoft.Extensions.Time.Testing;
using Pieces.Encryption;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public sealed class PeerHandshakerTests : IAsyncDisposable
{
    private static readonly SwarmKey Swarm = SwarmKey.Of(InfoHash.OfInfo("swarm"u8));
    private static readonly SwarmKey Other = SwarmKey.Of(InfoHash.OfInfo("other"u8));
    private static readonly PeerId OwnId = PeerId.Create(new Random(1));
    private static readonly PeerId TheirId = PeerId.Create(new Random(2));

    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryConnection _near;
    private readonly ScriptedPeer _peer;
    private readonly PeerHandshaker _handshaker;

    public PeerHandshakerTests()
    {
        (_near, InMemoryConnection far) = new InMemoryNetwork(_time).Pair();
        _peer = new ScriptedPeer(far);
        _handshaker = new PeerHandshaker(
            _ => OwnId, ReservedBits.Own, _time, new StreamEncryption(EncryptionPolicy.Off, ByteChance.Of(new Random(3)), _time));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _peer.DisposeAsync();
        await _near.DisposeAsync();
    }

    [Fact]
    public async Task One_who_dials_speaks_first_and_learns_who_answers()
    {
        Task<HandshakenPeer> dialling = _handshaker.DialAsync(_near, Swarm, Token);
        Handshake ours = await _peer.ReadHandshakeAsync(Token);
        (ours.InfoHash, ours.PeerId, ours.Reserved).Should().Be((Swarm, OwnId, ReservedBits.Own));

        await _peer.SendHandshakeAsync(Swarm, TheirId, Token, new ReservedBits(0x05));
        HandshakeResult result = (await dialling).Handshake;
        result.IsOutbound.Should().BeTrue();
        result.RemoteId.Should().Be(TheirId);
        result.Reserved.Should().Be(new ReservedBits(0x05));
        (result.Common.HasFast, result.Common.HasExtensions, result.Common.HasDht).Should().Be((true, false, false));
    }

    [Fact]
    public async Task One_who_answers_does_so_before_the_peer_id_is_here()
    {
        Task<HandshakenPeer> answering = _handshaker.AnswerAsync(_near, hash => hash == Swarm, Token);
        byte[] theirs = ScriptedPeer.HandshakeBytes(Swarm, TheirId);
        await _peer.SendAsync(theirs.AsMemory(0, 48), Token);
        (await _peer.ReadHandshakeAsync(Token)).PeerId.Should().Be(OwnId);
        await _peer.SendAsync(theirs.AsMemory(48), Token);
        HandshakeResult result = (await answering).Handshake;
        (result.IsOutbound, result.RemoteId, result.InfoHash).Should().Be((false, TheirId, Swarm));
    }

    [Fact]
    public async Task A_handshake_may_come_in_two_reads_wherever_it_is_cut()
    {
        byte[] theirs = ScriptedPeer.HandshakeBytes(Swarm, TheirId);
        for (int cut = 1; cut < theirs.Length; cut++)
        {
            (InMemoryConnection near, InMemoryConnection far) = new InMemoryNetwork(_time).Pair();
            Task<HandshakenPeer> answering = _handshaker.AnswerAsync(near, _ => true, Token);
            await far.Stream.WriteAsync(theirs.AsMemory(0, cut), Token);
            await Task.Yield();
            await far.Stream.WriteAsync(theirs.AsMemory(cut), Token);
            (await answering).RemoteId.Should().Be(TheirId, "cut at {0}", cut);
        }
    }

    [Fact]
    public async Task Messages_in_the_same_segment_are_left_for_the_connection()
    {
        byte[] lump = [.. ScriptedPeer.HandshakeBytes(Swarm, TheirId), .. ScriptedPeer.Encode(HaveAllMessage.Instance)];
        await _peer.SendAsync(lump, Token);
        await _handshaker.AnswerAsync(_near, _ => true, Token);
        byte[] rest = new byte[64];
        (await _near.Stream.ReadAsync(rest, Token)).Should().Be(5);
        rest[4].Should().Be((byte)PeerMessageId.HaveAll);
    }

    [Fact]
    public async Task An_unknown_info_hash_gets_no_answer()
    {
        await _peer.SendHandshakeAsync(Other, TheirId, Token);
        await FluentActions.Awaiting(() => _handshaker.AnswerAsync(_near, hash => hash == Swarm, Token)).Should().ThrowAsync<PeerProtocolException>();
        await _near.DisposeAsync();
        (await _peer.IsClosedAsync(Token)).Should().BeTrue("not one byte was sent");
    }

    [Fact]
    public async Task An_answer_for_another_swarm_is_refused()
    {
        await _peer.SendHandshakeAsync(Other, TheirId, Token);
        await FluentActions.Awaiting(() => _handshaker.DialAsync(_near, Swarm, Token))
            .Should().ThrowAsync<PeerProtocolException>().WithMessage($"responded with info-hash {Other}*");
    }

    [Theory]
    [InlineData("G")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("\u0013BitTorrent protocoL")]
    public async Task Another_protocol_is_refused_without_waiting_for_more(string text)
    {
        await _peer.SendAsync(System.Text.Encoding.ASCII.GetBytes(text), Token);
        await FluentActions.Awaiting(() => _handshaker.DialAsync(_near, Swarm, Token)).Should().ThrowAsync<PeerProtocolException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Our_own_id_is_a_connection_to_ourselves(bool isOutbound)
    {
        await _peer.SendHandshakeAsync(Swarm, OwnId, Token);
        Func<Task> handshake = isOutbound ? () => _handshaker.DialAsync(_near, Swarm, Token) : () => _handshaker.AnswerAsync(_near, _ => true, Token);
        await handshake.Should().ThrowAsync<SelfConnectionException>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(60)]
    public async Task A_silent_or_slow_one_is_given_up_at_the_time_limit(int sent)
    {
        Task<HandshakenPeer> answering = _handshaker.AnswerAsync(_near, _ => true, Token);
        await _peer.SendAsync(ScriptedPeer.HandshakeBytes(Swarm, TheirId).AsMemory(0, sent), Token);
        _time.Advance(PeerHandshaker.TimeLimit - TimeSpan.FromMilliseconds(1));
        answering.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await FluentActions.Awaiting(() => answering).Should().ThrowAsync<IOException>().WithMessage("no handshake within 20 s");
    }

    [Fact]
    public async Task A_half_handshake_and_a_close_is_an_IOException()
    {
        Task<HandshakenPeer> dialling = _handshaker.DialAsync(_near, Swarm, Token);
        await _peer.SendAsync(ScriptedPeer.HandshakeBytes(Swarm, TheirId).AsMemory(0, 30), Token);
        await _peer.DisposeAsync();
        await FluentActions.Awaiting(() => dialling).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task The_caller_may_give_up()
    {
        using var giveUp = new CancellationTokenSource();
        Task<HandshakenPeer> dialling = _handshaker.DialAsync(_near, Swarm, giveUp.Token);
        await giveUp.CancelAsync();
        await FluentActions.Awaiting(() => dialling).Should().ThrowAsync<OperationCanceledException>();
    }
}
