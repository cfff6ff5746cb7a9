using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Tests.Support;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class PeerPoolTests
{
    private const int MaxPeers = 20;
    private const int MaxInbound = 15;
    private const int Block = 16 * 1024;

    private readonly FakeTimeProvider _time = new();
    private readonly Random _random = new(5);
    private readonly PeerPool _pool;
    private int _lastId;

    public PeerPoolTests() => _pool = new PeerPool(new PeerBook(_time, _random, new AddressPolicy()), PeerId.Create(new Random(1)), MaxPeers, _time);

    private long Now => _time.GetTimestamp();

    [Fact]
    public void Who_repeats_the_id_of_another_from_elsewhere_keeps_its_owner_out_in_no_case()
    {
        PeerId stolen = NewId();
        foreach (bool isOutbound in new[] { false, true })
        {
            Admit("2.0.0.1", stolen, isOutbound: false);
            Refusal($"1.2.3.{(isOutbound ? 1 : 2)}", stolen, isOutbound, out PeerState? replaced).Should().BeNull();
            replaced.Should().BeNull("which of the two is the owner will show itself");
        }
    }

    [Fact]
    public void Of_two_with_one_id_the_one_that_sends_good_data_stays()
    {
        PeerId stolen = NewId();
        PeerState squatter = Admit("2.0.0.1", stolen);
        PeerState owner = Admit("1.2.3.4", stolen, isOutbound: true);
        Pass(PeerPool.IdleSeconds + RecentExchange.StepSeconds);
        _pool.Redundant().Should().BeNull("nobody has shown anything");
        Give(owner, 100, isGood: true);
        Pass(6);
        _pool.Redundant().Should().BeSameAs(squatter);
    }

    [Fact]
    public void Data_that_was_not_verified_shows_nobody_to_be_the_owner_of_an_id()
    {
        PeerId stolen = NewId();
        PeerState squatter = Admit("2.0.0.1", stolen);
        Admit("1.2.3.4", stolen, isOutbound: true);
        Pass(PeerPool.IdleSeconds + RecentExchange.StepSeconds);
        Give(squatter, Block, isGood: false);
        Pass(6);
        _pool.Redundant().Should().BeNull();
    }

    [Fact]
    public void A_slow_peer_is_not_in_its_own_way()
    {
        PeerState slow = Admit("1.2.3.4");
        Pass(PeerPool.IdleSeconds);
        Give(slow, 100, isGood: true);
        Pass(PeerPool.IdleSeconds - RecentExchange.StepSeconds);
        _pool.Redundant().Should().BeNull();
    }

    [Fact]
    public void Of_calls_that_crossed_both_sides_keep_the_same_one()
    {
        PeerId smaller = PeerId.Create(new Random(2)), larger = PeerId.Create(new Random(1));
        if (Compare(smaller, larger) > 0)
            (smaller, larger) = (larger, smaller);
        var ofSmaller = new PeerPool(new PeerBook(_time, _random, new AddressPolicy()), smaller, MaxPeers, _time);
        var ofLarger = new PeerPool(new PeerBook(_time, _random, new AddressPolicy()), larger, MaxPeers, _time);
        ofSmaller.Admit(State("1.2.3.4", larger, isOutbound: false));
        ofSmaller.Refuse(Newcomer("1.2.3.4", larger, isOutbound: true), isClientFull: false, out PeerState? replaced).Should().BeNull();
        replaced.Should().NotBeNull("the one that the smaller id began stays");
        ofLarger.Admit(State("1.2.3.5", smaller, isOutbound: true));
        ofLarger.Refuse(Newcomer("1.2.3.5", smaller, isOutbound: false), isClientFull: false, out replaced).Should().BeNull();
        replaced.Should().NotBeNull();
    }

    [Fact]
    public void A_connection_that_sleeps_gives_way_to_a_new_one_of_the_same_peer_and_one_at_work_does_not()
    {
        PeerId id = NewId();
        PeerState known = Admit("1.2.3.4", id);
        Pass(PeerPool.CrossingSeconds + 1);
        Give(known, Block);
        Refusal("1.2.3.4", id, isOutbound: true, out _).Should().NotBeNull();
        Pass(PeerPool.IdleSeconds + RecentExchange.StepSeconds);
        Refusal("1.2.3.4", id, isOutbound: true, out PeerState? replaced).Should().BeNull();
        replaced.Should().BeSameAs(known);
    }

    [Fact]
    public void One_block_long_ago_keeps_no_newcomer_out()
    {
        PeerState[] idle = [.. Enumerable.Range(1, MaxInbound).Select(i => Admit($"2.0.{i}.1"))];
        foreach (PeerState peer in idle)
            Give(peer, Block);
        Refusal("1.2.3.4", NewId(), isOutbound: false, out _).Should().NotBeNull();
        Pass(PeerPool.IdleSeconds + RecentExchange.StepSeconds);
        Refusal("1.2.3.4", NewId(), isOutbound: false, out PeerState? replaced).Should().BeNull();
        idle.Should().Contain(replaced!);
    }

    [Fact]
    public void Whoever_exchanged_least_of_late_makes_room_however_long_it_has_been_here()
    {
        PeerState oldest = Admit("2.0.0.1");
        PeerState[] others = [.. Enumerable.Range(1, MaxInbound - 1).Select(i => Admit($"2.0.{i}.1"))];
        Pass(PeerPool.IdleSeconds);
        foreach (PeerState peer in others)
            Give(peer, Block - 1);
        others[3].Provider.Downloaded.Add(0, Now);
        Give(oldest, 100 * Block);
        Pass(PeerPool.IdleSeconds + RecentExchange.StepSeconds);
        Refusal("1.2.3.4", NewId(), isOutbound: false, out PeerState? replaced).Should().BeNull();
        others.Should().Contain(replaced!, "the one that is here for longest has exchanged most");
    }

    [Fact]
    public void Nobody_who_exchanges_data_makes_room()
    {
        PeerState[] busy = [.. Enumerable.Range(1, MaxInbound).Select(i => Admit($"2.0.{i}.1"))];
        for (int i = 0; i < 30; i++)
        {
            foreach (PeerState peer in busy)
                Give(peer, Block);
            Pass(10);
        }

        Refusal("1.2.3.4", NewId(), isOutbound: false, out _).Should().NotBeNull();
    }

    [Theory]
    [InlineData("2.0.0.{0}", "2001:db8:0:7::{0}")]
    [InlineData("2.0.{0}.1", "2001:db8:0:7::{0}")]
    public void Of_several_of_one_network_one_makes_room_first(string unique, string crowd)
    {
        for (int i = 1; i <= MaxInbound - PeerPool.MaxPerNetwork; i++)
            Admit(string.Format(System.Globalization.CultureInfo.InvariantCulture, unique, i));
        PeerState[] crowding = [.. Enumerable.Range(1, PeerPool.MaxPerNetwork)
            .Select(i => Admit(string.Format(System.Globalization.CultureInfo.InvariantCulture, crowd, i)))];
        Pass(PeerPool.CrowdingSeconds);
        Refusal("1.2.3.4", NewId(), isOutbound: false, out PeerState? replaced).Should().BeNull();
        crowding.Should().Contain(replaced!);
    }

    [Fact]
    public void Who_has_connections_already_takes_no_place_of_another_network()
    {
        for (int i = 1; i <= MaxInbound; i++)
            Admit($"2.0.{i}.1");
        Pass(10 * PeerPool.IdleSeconds);
        PeerState busy = Admit("1.2.3.4");
        Give(busy, 10 * Block);
        Refusal("1.2.3.4", NewId(), isOutbound: false, out _).Should().NotBeNull();
    }

    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:{0}", true)]
    [InlineData("2001:db8::1", "2001:db8:0:{0}::1", false)]
    [InlineData("10.0.0.1", "10.0.0.1", false)]
    [InlineData("127.0.0.1", "127.0.0.1", false)]
    [InlineData("fd00::1", "fd00::1", false)]
    public void A_public_network_has_few_connections(string first, string others, bool isLimited)
    {
        Admit(first);
        for (int i = 1; i < PeerPool.MaxPerNetwork; i++)
            Admit(string.Format(System.Globalization.CultureInfo.InvariantCulture, others, i));
        string next = string.Format(System.Globalization.CultureInfo.InvariantCulture, others, 100);
        (Refusal(next, NewId(), isOutbound: false, out _) is not null).Should().Be(isLimited);
    }

    [Fact]
    public void A_client_that_is_full_refuses_whom_nobody_makes_room_for()
    {
        Admit("2.0.0.1");
        _pool.Refuse(Newcomer("1.2.3.4", NewId(), isOutbound: false), isClientFull: true, out _).Should().NotBeNull();
        Pass(PeerPool.IdleSeconds + RecentExchange.StepSeconds);
        _pool.Refuse(Newcomer("1.2.3.4", NewId(), isOutbound: false), isClientFull: true, out PeerState? replaced).Should().BeNull();
        replaced.Should().NotBeNull();
    }

    private static int Compare(PeerId one, PeerId other)
    {
        byte[] first = new byte[PeerId.Length], second = new byte[PeerId.Length];
        one.CopyTo(first);
        other.CopyTo(second);
        return first.AsSpan().SequenceCompareTo(second);
    }

    private PeerId NewId() => PeerId.Create(_random);

    private PeerState State(string address, PeerId id, bool isOutbound)
    {
        var link = new FakeLink { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 6881), RemoteId = id, IsOutbound = isOutbound };
        return new PeerState(new SenderId(++_lastId), link, 10, _time, Now);
    }

    private PeerState Admit(string address, PeerId? id = null, bool isOutbound = false)
    {
        PeerState peer = State(address, id ?? NewId(), isOutbound);
        _pool.Admit(peer);
        return peer;
    }

    private void Give(PeerState peer, int bytes, bool isGood = false)
    {
        peer.Provider.Downloaded.Add(bytes, Now);
        if (isGood)
            peer.Provider.VerifiedBytes += bytes;
    }

    private void Pass(double seconds)
    {
        _pool.Look();
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _pool.Look();
    }

    private static HandshakenPeer Newcomer(string address, PeerId id, bool isOutbound) =>
        new(new NoConnection(new IPEndPoint(IPAddress.Parse(address), 6881)), new HandshakeResult(isOutbound, default, id, default, default));

    private string? Refusal(string address, PeerId id, bool isOutbound, out PeerState? replaced) =>
        _pool.Refuse(Newcomer(address, id, isOutbound), isClientFull: false, out replaced);

    private sealed class NoConnection(IPEndPoint remote) : ITransportConnection
    {
        public Stream Stream => Stream.Null;

        public IPEndPoint RemoteEndPoint => remote;

        public IPEndPoint LocalEndPoint => remote;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
