using Microsoft.Extensions.Time.Testing;
using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Tests.Peers;
using Pieces.Torrents;
using Pieces.Torrents.Crowd;

namespace Pieces.Tests.Torrents;

/// <summary>Which pieces the only seed reveals to which peer (BEP 16).</summary>
[Trait("Tier", "Pure")]
public class SuperSeedPolicyTests
{
    private const int PieceLength = 64 * 1024;

    private readonly FakeTimeProvider _time = new();
    private readonly PieceTable _table;
    private readonly SuperSeedPolicy _seed;
    private int _lastId;

    public SuperSeedPolicyTests()
    {
        var layout = new PieceLayout(64L * PieceLength, PieceLength);
        _table = new PieceTable(layout, Bitfield.Full(layout.PieceCount), Bitfield.Full(layout.PieceCount));
        _seed = new SuperSeedPolicy(_table, _time);
    }

    private long Now => _time.GetTimestamp();

    private PeerState Peer(bool isChoked = false)
    {
        var peer = new PeerState(new SenderId(++_lastId), new FakeLink(), _table.Layout.PieceCount, _time, Now);
        peer.Flags.AmChoking = isChoked;
        peer.Flags.PeerInterested = true;
        _seed.Begin(peer.Id);
        return peer;
    }

    // Returns all pieces that must be revealed to a peer now.
    private int[] Show(PeerState peer)
    {
        var shown = new List<int>();
        while (_seed.TryShow(peer, Now, out PieceIndex piece))
            shown.Add(piece.Value);
        return [.. shown];
    }

    private void Gets(PeerState peer, int piece)
    {
        peer.Uploaded.Add(PieceLength, Now);
        Has(peer, piece);
    }

    private void Has(PeerState peer, int piece)
    {
        peer.Pieces.Add(new PieceIndex(piece)).Should().BeTrue();
        _table.AddCopy(new PieceIndex(piece));
    }

    private void Leaves(PeerState peer)
    {
        if (peer.Pieces.Bits is { } bits)
            _table.RemoveCopies(bits);
        _seed.Forget(peer.Id);
    }

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void Each_piece_is_shown_to_one_in_the_order_of_the_torrent()
    {
        PeerState a = Peer(), b = Peer(), c = Peer();
        Show(a).Should().Equal(0, 1);
        Show(b).Should().Equal(2, 3);
        Show(a).Should().BeEmpty("it has enough to do");
        Gets(a, 0);
        Show(a).Should().Equal([4, 5], "it takes pieces");
        Show(c).Should().Equal(6, 7);
    }

    [Fact]
    public void A_piece_that_a_leecher_has_is_shown_to_nobody()
    {
        PeerState a = Peer(), b = Peer();
        Has(b, 0);
        Has(b, 2);
        Show(a).Should().Equal(1, 3);
    }

    [Fact]
    public void Who_takes_fast_is_shown_what_it_takes_in_half_a_second()
    {
        PeerState fast = Peer();
        Show(fast);
        Gets(fast, 0);
        for (int i = 1; i < 16; i++)
            fast.Uploaded.Add(PieceLength, Now);
        Show(fast).Should().HaveCount(2 + 8 - 1, "16 pieces in the first second, and two; one of them it was shown before");
    }

    [Fact]
    public void A_piece_that_nobody_asked_for_is_shown_to_another_after_two_seconds()
    {
        PeerState idle = Peer(), other = Peer();
        Show(idle).Should().Equal(0, 1);
        Pass(SuperSeedPolicy.StaleSeconds - 0.1);
        Show(other).Should().Equal(2, 3);
        Gets(other, 2);
        Pass(0.2);
        Show(other).Should().Equal(0, 1);
        Show(idle).Should().BeEmpty("it was shown two and has none of them");
    }

    [Fact]
    public void A_piece_that_is_on_its_way_is_not_shown_to_another_while_its_peer_gets_on()
    {
        PeerState slow = Peer(), other = Peer();
        slow.Uploaded.Add(16, Now);
        Show(slow).Should().Equal(0, 1, 2);
        for (int i = 0; i < 10; i++)
        {
            Pass(1);
            _seed.OnAsked(slow, new PieceIndex(0), Now);
            slow.Uploaded.Add(16, Now);
            Show(slow).Should().BeEmpty();
        }

        Show(other).Should().Equal([1, 2], "0 is on its way, the others were never asked for");
        Pass(SuperSeedPolicy.StaleSeconds + 0.1);
        Gets(other, 1);
        Show(other).Should().Equal([0, 3], "it gets on no more");
    }

    [Fact]
    public void A_peer_that_sees_everything_is_reckoned_with_by_what_it_asks_for()
    {
        var first = new PeerState(new SenderId(99), new FakeLink(), _table.Layout.PieceCount, _time, Now);
        _seed.Leads(first.Id).Should().BeFalse();
        Show(first).Should().BeEmpty();
        _seed.OnAsked(first, new PieceIndex(0), Now);
        Show(Peer()).Should().Equal(1, 2);
    }

    [Fact]
    public void A_choked_peer_is_shown_one_piece_at_a_time_which_others_are_shown_too()
    {
        PeerState choked = Peer(isChoked: true);
        Show(choked).Should().Equal(0);
        Show(choked).Should().BeEmpty();
        Show(Peer()).Should().Equal([0, 1], "who is choked cannot fetch it");
        Has(choked, 0);
        Show(choked).Should().Equal([2], "else it would want nothing any more, and never have its turn");
        choked.Flags.AmChoking = false;
        Show(choked).Should().Equal([3], "it was shown one already");
    }

    [Fact]
    public void What_a_peer_had_is_shown_again_when_it_has_left()
    {
        PeerState a = Peer(), b = Peer();
        Show(a).Should().Equal(0, 1);
        Gets(a, 0);
        Gets(a, 1);
        Show(b).Should().Equal(2, 3);
        Leaves(a);
        _seed.Led.Should().Equal(b.Id);
        Gets(b, 2);
        Pass(SuperSeedPolicy.StaleSeconds + 0.1);
        Show(b).Should().Equal(0, 1);
    }

    [Fact]
    public void It_is_done_when_each_piece_is_with_somebody_and_the_rest_is_told_then()
    {
        PeerState a = Peer(), b = Peer();
        Show(a).Should().Equal(0, 1);
        for (int i = 0; i < _table.Layout.PieceCount; i++)
        {
            _seed.IsDone.Should().BeFalse();
            Has(i % 2 == 0 ? a : b, i);
        }

        _seed.IsDone.Should().BeTrue();
        _seed.TakeRest(a.Id).Select(piece => piece.Value).Should().Equal(Enumerable.Range(2, _table.Layout.PieceCount - 2));
        _seed.Leads(a.Id).Should().BeFalse();
        _seed.TakeRest(a.Id).Should().BeEmpty();
    }

    [Fact]
    public void Who_is_not_interested_in_what_it_sees_is_stuck_and_so_is_who_gets_nothing()
    {
        PeerState a = Peer(isChoked: true), b = Peer();
        a.Flags.PeerInterested = false;
        Show(a);
        Show(b);
        (_seed.IsStuck(a, Now), _seed.IsStuck(b, Now)).Should().Be((false, false));
        Pass(SuperSeedPolicy.StuckSeconds - 0.1);
        (_seed.IsStuck(a, Now), _seed.IsStuck(b, Now)).Should().Be((false, false));
        Pass(0.2);
        (_seed.IsStuck(a, Now), _seed.IsStuck(b, Now)).Should().Be((true, true));
        _seed.TakeRest(a.Id).Should().HaveCount(_table.Layout.PieceCount - 1);
        _seed.IsStuck(a, Now).Should().BeFalse("it sees everything");
    }

    [Fact]
    public void Who_waits_for_its_turn_or_gets_anything_from_anybody_is_not_stuck()
    {
        PeerState waiting = Peer(isChoked: true), served = Peer(), trading = Peer();
        for (int i = 0; i < 10; i++)
        {
            served.Uploaded.Add(16, Now);
            Has(trading, i);
            foreach (PeerState peer in new[] { waiting, served, trading })
                _seed.IsStuck(peer, Now).Should().BeFalse();
            Pass(SuperSeedPolicy.StuckSeconds - 1);
        }

        waiting.Flags.AmChoking = false;
        _seed.IsStuck(waiting, Now).Should().BeFalse("from now on it is its own fault");
        Pass(SuperSeedPolicy.StuckSeconds);
        _seed.IsStuck(waiting, Now).Should().BeTrue();
    }
}
