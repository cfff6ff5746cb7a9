using Pieces.Metadata;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Tests.Peers;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Torrents.Crowd;
using Pieces.Wire;

namespace Pieces.Tests.Torrents;

/// <summary>What the only seed announces to its peers (BEP 16).</summary>
[Trait("Tier", "Pure")]
public sealed class SuperSeedingTests : IAsyncDisposable
{
    private readonly List<ConnectionRig> _rigs = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (ConnectionRig rig in _rigs)
            await rig.DisposeAsync();
    }

    [Fact]
    public async Task The_first_sees_everything_and_whoever_comes_then_a_piece_that_grows_to_all()
    {
        Desk desk = MakeDesk(pieces: 8);
        (PeerState first, _) = Come(desk);
        desk.Show.Receive(first).Should().BeFalse();
        (PeerState second, ConnectionRig rig) = Come(desk);
        desk.Show.Receive(second).Should().BeTrue();
        desk.Show.Serve(second);
        (await HavesAsync(rig, 1)).Should().Equal(0);
        second.Flags.AmChoking = false;
        desk.Show.Serve(second);
        (await HavesAsync(rig, 1)).Should().Equal(1);
        for (int i = 0; i < 8; i++)
            Has(desk, first, i);
        desk.Show.Tick();
        (await HavesAsync(rig, 6)).Should().Equal(2, 3, 4, 5, 6, 7);
        (PeerState third, _) = Come(desk);
        desk.Show.Receive(third).Should().BeFalse("each piece has a holder");
    }

    [Fact]
    public async Task When_another_seed_comes_everything_is_told_and_nobody_is_led_any_more()
    {
        Desk desk = MakeDesk(pieces: 4);
        Come(desk);
        (PeerState led, ConnectionRig rig) = Come(desk);
        desk.Show.Receive(led).Should().BeTrue();
        desk.Show.Serve(led);
        desk.Table.AddSeed();
        desk.Show.Tick();
        (await HavesAsync(rig, 4)).Should().Equal(0, 1, 2, 3);
        (PeerState late, _) = Come(desk);
        desk.Show.Receive(late).Should().BeFalse();
    }

    [Fact]
    public async Task Who_gets_nowhere_hears_of_everything_after_a_while()
    {
        Desk desk = MakeDesk(pieces: 4);
        Come(desk);
        (PeerState led, ConnectionRig rig) = Come(desk);
        desk.Show.Receive(led);
        desk.Show.Tick();
        (await HavesAsync(rig, 1)).Should().Equal(0);
        desk.Time.Advance(TimeSpan.FromSeconds(SuperSeedPolicy.StuckSeconds + 0.1));
        desk.Show.Tick();
        (await HavesAsync(rig, 3)).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task Who_is_left_alone_hears_of_everything_at_once()
    {
        Desk desk = MakeDesk(pieces: 4);
        (PeerState first, ConnectionRig gone) = Come(desk);
        (PeerState led, ConnectionRig rig) = Come(desk);
        desk.Show.Receive(led);
        desk.Show.Tick();
        desk.Pool.Remove(gone.Connection).Should().Be(first);
        desk.Show.Forget(first);
        desk.Show.Tick();
        (await HavesAsync(rig, 4)).Should().Equal(0, 1, 2, 3);
    }

    [Fact]
    public async Task Who_has_the_piece_that_it_was_shown_when_it_came_is_shown_another()
    {
        Desk desk = MakeDesk(pieces: 4);
        Come(desk);
        (PeerState led, ConnectionRig rig) = Come(desk);
        desk.Show.Receive(led);
        desk.Show.Serve(led);
        Has(desk, led, 0);
        Has(desk, led, 1);
        desk.Show.Serve(led);
        (await HavesAsync(rig, 2)).Should().Equal([0, 2], "what it has it tells after that");
    }

    [Theory]
    [InlineData(SuperSeedPolicy.MaxPieces, true, true)]
    [InlineData(SuperSeedPolicy.MaxPieces + 1, true, false)]
    [InlineData(4, false, false)]
    public void Too_many_pieces_or_a_stream_are_told_of_as_usual(int pieces, bool isAllowed, bool isLed)
    {
        Desk desk = MakeDesk(pieces, isAllowed);
        Come(desk);
        (PeerState second, _) = Come(desk);
        desk.Show.Receive(second).Should().Be(isLed);
        desk.Show.OnRequest(second, new PieceIndex(0));
        desk.Show.Tick();
        desk.Show.Forget(second);
    }

    [Fact]
    public void Our_own_kind_draws_lots_and_sees_everything()
    {
        Desk desk = MakeDesk(pieces: 4);
        Come(desk);
        desk.Show.Receive(Come(desk, isOfOurs: true).Peer).Should().BeFalse();
    }

    [Fact]
    public void Who_has_not_everything_itself_leads_nobody()
    {
        Desk desk = MakeDesk(pieces: 4, have: 3);
        Come(desk);
        desk.Show.Receive(Come(desk).Peer).Should().BeFalse();
    }

    private static Desk MakeDesk(int pieces, bool isAllowed = true, int have = int.MaxValue)
    {
        var layout = new PieceLayout(pieces * 16384L, 16384);
        var bits = new Bitfield(pieces);
        for (int i = 0; i < Math.Min(pieces, have); i++)
            bits.Set(i);
        var time = new WatchedTime();
        var table = new PieceTable(layout, Bitfield.Full(pieces), bits);
        var pool = new PeerPool(new PeerBook(time, new Random(1), new AddressPolicy()), PeerId.Create(new Random(1)), 10, time);
        return new Desk(table, pool, new SuperSeeding(table, table.Have, pool, isAllowed, time), time);
    }

    private (PeerState Peer, ConnectionRig Rig) Come(Desk desk, bool isOfOurs = false)
    {
        var rig = new ConnectionRig(pieceCount: desk.Table.Layout.PieceCount);
        _rigs.Add(rig);
        var peer = new PeerState(new SenderId(_rigs.Count), rig.Connection, desk.Table.Layout.PieceCount, desk.Time, desk.Time.GetTimestamp())
        {
            IsOfOurs = isOfOurs,
        };
        desk.Pool.Admit(peer);
        return (peer, rig);
    }

    private static void Has(Desk desk, PeerState peer, int piece)
    {
        peer.Pieces.Add(new PieceIndex(piece));
        desk.Table.AddCopy(new PieceIndex(piece));
    }

    private static async Task<List<int>> HavesAsync(ConnectionRig rig, int count)
    {
        var pieces = new List<int>();
        while (pieces.Count < count && await rig.Peer.ReadFrameAsync(Token) is { } frame)
        {
            frame.Id.Should().Be((byte)PeerMessageId.Have);
            pieces.Add(System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(frame.Payload));
        }

        return pieces;
    }

    private sealed record Desk(PieceTable Table, PeerPool Pool, SuperSeeding Show, TimeProvider Clock)
    {
        public WatchedTime Time => (WatchedTime)Clock;
    }
}
