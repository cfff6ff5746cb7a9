using Microsoft.Extensions.Time.Testing;
using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;
using Pieces.Tests.Peers;
using Pieces.Torrents;
using Pieces.Torrents.Downloading;

namespace Pieces.Tests.Torrents;

/// <summary>What is requested from a seed while other leechers need it too.</summary>
[Trait("Tier", "Pure")]
public class SeedSharingPolicyTests
{
    private const int Pieces = 64;
    private const ulong Own = 11;

    private readonly FakeTimeProvider _time = new();
    private readonly PieceTable _table;
    private readonly PieceManager _pieces;
    private readonly SeedSharingPolicy _courtesy;
    private readonly Dictionary<SenderId, ulong> _drawers = [];
    private bool _keepsGiving = true;
    private int _lastId;

    public SeedSharingPolicyTests()
    {
        var layout = new PieceLayout(Pieces * 16384L, 16384);
        _table = new PieceTable(layout, Bitfield.Full(Pieces), new Bitfield(Pieces));
        _pieces = new PieceManager(_table, new MemoryBudget(16 * 1024 * 1024), new FakeDisk(), _time, Now);
        _courtesy = new SeedSharingPolicy(_pieces, Own, _time);
    }

    private long Now => _time.GetTimestamp();

    private PeerState Seed()
    {
        PeerState peer = Add(null);
        peer.Pieces.SetAll();
        _table.AddSeed();
        return peer;
    }

    private PeerState Leecher(ulong? lotName = null) => Add(lotName);

    private PeerState Add(ulong? lotName)
    {
        var peer = new PeerState(new SenderId(++_lastId), new FakeLink(), Pieces, _time, Now);
        peer.OnUnchoked(Now);
        _pieces.Providers.Add(peer.Provider);
        Gives(peer);
        if (lotName is not null)
            Draws(peer, lotName);
        return peer;
    }

    // Makes a peer a contributor: it has recently sent verified data.
    private void Gives(PeerState peer)
    {
        peer.Provider.VerifiedBytes += 16384;
        peer.Provider.Downloaded.Add(16384, Now);
    }

    private void Draws(PeerState peer, ulong? lotName)
    {
        if (lotName is { } name)
            _drawers[peer.Id] = name;
        else
            _drawers.Remove(peer.Id);
        _courtesy.SetLot(peer.Id, lotName);
    }

    // Records that a peer has a piece, as the torrent does.
    private void Has(PeerState peer, int piece)
    {
        peer.Pieces.Add(new PieceIndex(piece)).Should().BeTrue();
        if (_table.CopiesOf(piece) == _table.Seeds)
            _courtesy.OnBrought(new PieceIndex(piece));
        _table.AddCopy(new PieceIndex(piece));
    }

    private void Pass(double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        foreach (BlockProvider provider in _pieces.Providers.Where(provider => !provider.Pieces.HasAll && _keepsGiving))
            provider.Downloaded.Add(1, Now);
        _courtesy.Look();
    }

    // Returns the pieces that may be requested from a seed now.
    private int[] Asked(PeerState seed, int most = int.MaxValue)
    {
        IPeerPieces map = _courtesy.Show(seed.Provider, most, Now);
        int[] pieces = [.. Enumerable.Range(0, Pieces).Where(piece => map.Has(new PieceIndex(piece)))];
        map.NextCommon(Bitfield.Full(Pieces), 0).Should().Be(pieces.Length == 0 ? -1 : pieces[0]);
        return pieces;
    }

    // Lets the seed be idle from now on. Returns the time until something may be requested from it, in steps of 0.1 s.
    private double PatienceWith(PeerState seed)
    {
        _courtesy.OnFilled(seed.Provider, Now);
        for (int step = 0; step < 200; step++)
        {
            if (Asked(seed).Length == Pieces)
                return step / 10.0;
            Pass(0.1);
        }

        return double.PositiveInfinity;
    }

    // Returns a piece that is assigned to a leecher other than us.
    private int Foreign()
    {
        var lots = new PieceLots(Own);
        lots.SetOthers([.. _drawers.Values]);
        return Enumerable.Range(0, Pieces).First(piece => !lots.IsMine(piece) && _table.CopiesOf(piece) == _table.Seeds);
    }

    [Fact]
    public void Without_leechers_or_with_more_seeds_than_leechers_nothing_changes()
    {
        PeerState seed = Seed();
        _courtesy.Look();
        (_courtesy.IsCrowded, _courtesy.AppliesTo(seed.Provider)).Should().Be((false, false));
        seed.Provider.Requests.Window.Size.Should().Be(RequestWindow.Start);
        PeerState leecher = Leecher();
        _courtesy.Look();
        (_courtesy.IsCrowded, _courtesy.AppliesTo(seed.Provider), _courtesy.AppliesTo(leecher.Provider)).Should().Be((true, true, false));
        seed.Provider.Requests.Window.Size.Should().Be(RequestWindow.Start);
        Leecher();
        Leecher();
        _courtesy.Look();
        seed.Provider.Requests.Window.Size.Should().Be(RequestWindow.ConservativeStart, "there are many to ask");
        Seed();
        Seed();
        Seed();
        _courtesy.Look();
        (_courtesy.IsCrowded, _courtesy.AppliesTo(seed.Provider)).Should().Be((false, false));
        seed.Provider.Requests.Window.Size.Should().Be(RequestWindow.Start);
    }

    [Fact]
    public void Nothing_is_spared_any_more_when_each_piece_is_with_a_leecher()
    {
        PeerState seed = Seed(), leecher = Leecher();
        _courtesy.Look();
        for (int i = 0; i < Pieces; i++)
        {
            _courtesy.AppliesTo(seed.Provider).Should().BeTrue();
            Has(leecher, i);
        }

        _courtesy.AppliesTo(seed.Provider).Should().BeFalse();
    }

    [Fact]
    public void Each_asks_for_its_own_lots_alone_and_all_of_them_for_everything()
    {
        PeerState seed = Seed();
        Leecher(12);
        Leecher(13);
        _courtesy.Look();
        int[] own = Asked(seed);
        own.Should().HaveCountGreaterThan(Pieces / 3 - 3).And.HaveCountLessThan((Pieces / 3) + 3);
        var others = new[] { new PieceLots(12), new PieceLots(13) };
        others[0].SetOthers([Own, 13]);
        others[1].SetOthers([Own, 12]);
        IEnumerable<int> theirs = Enumerable.Range(0, Pieces).Where(piece => others.Any(lots => lots.IsMine(piece)));
        own.Concat(theirs).Order().Should().Equal(Enumerable.Range(0, Pieces));
    }

    [Fact]
    public void Programs_that_draw_no_lots_leave_all_of_them_to_us()
    {
        PeerState seed = Seed();
        Leecher();
        Leecher();
        _courtesy.Look();
        Asked(seed).Should().HaveCount(Pieces);
    }

    [Fact]
    public void What_a_leecher_gives_is_not_asked_of_a_seed_unless_it_chokes_or_sleeps()
    {
        PeerState seed = Seed(), giver = Leecher();
        _courtesy.Look();
        Has(giver, 5);
        Asked(seed).Should().NotContain(5).And.HaveCount(Pieces - 1);
        giver.Flags.PeerChoking = true;
        _courtesy.Look();
        Asked(seed).Should().Contain(5);
        giver.Flags.PeerChoking = false;
        _courtesy.Look();
        Asked(seed).Should().NotContain(5);
        giver.Provider.Requests.Window.Snub();
        _courtesy.Look();
        Asked(seed).Should().Contain(5);
    }

    [Fact]
    public void Who_has_left_gives_nothing()
    {
        PeerState seed = Seed(), giver = Leecher();
        _courtesy.Look();
        PeerState other = Leecher();
        Has(giver, 5);
        Has(other, 5);
        _pieces.Providers.Remove(giver.Provider);
        _table.RemoveCopies(giver.Pieces.Bits!);
        _courtesy.Forget(giver.Provider);
        other.Flags.PeerChoking = true;
        Asked(seed).Should().Contain(5);
    }

    [Fact]
    public void Only_the_first_lonely_pieces_are_asked_for_where_the_order_matters()
    {
        PeerState seed = Seed(), giver = Leecher();
        _courtesy.Look();
        Asked(seed, most: 3).Should().Equal(0, 1, 2);
        Has(giver, 1);
        Asked(seed, most: 3).Should().Equal([0, 2, 3], "1 comes from a leecher");
        _table.MarkOpen(new PieceIndex(0));
        Asked(seed, most: 3).Should().Equal([0, 2, 3], "0 is on its way");
        _table.MarkVerifying(new PieceIndex(0));
        _table.MarkHave(new PieceIndex(0));
        Asked(seed, most: 3).Should().Contain([2, 3, 4]).And.NotContain([1, 5]);
    }

    [Fact]
    public void A_seed_that_has_nothing_for_us_is_asked_for_one_foreign_piece_after_a_while()
    {
        PeerState seed = Seed();
        Leecher(12);
        _courtesy.Look();
        PatienceWith(seed).Should().BeApproximately(2, 0.11);
        var piece = new PieceIndex(Foreign());
        _courtesy.Show(seed.Provider, int.MaxValue, Now).Has(piece).Should().BeTrue();
        _courtesy.OnPicked(piece);
        _pieces.Pieces.TryOpen(piece, seed.Id, long.MaxValue, Now, out _).Should().BeTrue();
        seed.Provider.Requests.Ask(_table.Layout.Block(piece, 0), Now);
        _courtesy.OnFilled(seed.Provider, Now);
        Pass(20);
        Asked(seed).Should().HaveCountLessThan(Pieces, "it has something to do");
    }

    [Fact]
    public void Patience_grows_each_time_that_the_other_had_fetched_it_and_shrinks_when_not()
    {
        PeerState seed = Seed(), other = Leecher(12);
        _courtesy.Look();
        double usual = PatienceWith(seed);
        TakeForeign(seed, out PieceIndex inVain);
        Has(other, inVain.Value);
        PatienceAnew(seed).Should().BeApproximately(usual * 2, 0.21);
        for (int i = 0; i < 4; i++)
        {
            TakeForeign(seed, out PieceIndex again);
            Has(other, again.Value);
        }

        PatienceAnew(seed).Should().BeApproximately(SeedSharingPolicy.MostPatience, 0.21);
        for (int i = 0; i < 10; i++)
        {
            TakeForeign(seed, out PieceIndex needed);
            _courtesy.OnStored(needed);
        }

        PatienceAnew(seed).Should().BeApproximately(SeedSharingPolicy.LeastPatience, 0.11);
    }

    [Fact]
    public void Lots_of_who_may_not_ask_any_more_fall_to_others()
    {
        PeerState seed = Seed(), other = Leecher(12);
        _courtesy.Look();
        Asked(seed).Length.Should().BeLessThan(Pieces);
        Draws(other, null);
        _courtesy.Look();
        Asked(seed).Should().HaveCount(Pieces);
    }

    [Fact]
    public void What_some_leecher_has_is_left_to_those_who_give_when_there_are_enough_of_them()
    {
        PeerState seed = Seed(), first = Leecher(), second = Leecher(), choking = Leecher();
        choking.Flags.PeerChoking = true;
        Has(choking, 5);
        _courtesy.Look();
        Asked(seed).Should().Contain(5, "two who give may never get it");
        choking.Flags.PeerChoking = false;
        PeerState other = Leecher();
        other.Flags.PeerChoking = true;
        Has(other, 6);
        _courtesy.Look();
        Has(other, 0);
        Asked(seed).Should().NotContain(6, "one of three who give will soon have it").And.Contain(0, "it may be kept from all, and comes first");
        (first.Flags.PeerChoking, second.Flags.PeerChoking).Should().Be((false, false));
    }

    [Fact]
    public void Seeds_that_give_more_than_leechers_are_not_spared_once_those_have_had_time()
    {
        PeerState seed = Seed(), leecher = Leecher(12);
        _courtesy.Look();
        seed.Provider.Downloaded.Add(100_000, Now);
        leecher.Provider.Downloaded.Add(50_000, Now);
        Pass(2.9);
        _courtesy.IsCrowded.Should().BeTrue();
        Pass(0.2);
        _courtesy.IsCrowded.Should().BeFalse();
        leecher.Provider.Downloaded.Add(60_000, Now);
        _courtesy.Look();
        _courtesy.IsCrowded.Should().BeTrue();
    }

    [Fact]
    public void Whoever_claims_pieces_and_lots_and_gives_nothing_changes_nothing_after_its_grace()
    {
        _keepsGiving = false;
        PeerState seed = Seed();
        PeerState liar = Liar(77);
        Has(liar, 5);
        _courtesy.Look();
        Pass(3.1);
        _courtesy.IsCrowded.Should().BeFalse();
        Asked(seed).Should().HaveCount(Pieces, "neither its claims nor its lots are believed any longer");
        Liar(78);
        Pass(0.1);
        _courtesy.IsCrowded.Should().BeFalse("its host had its time");
    }

    [Fact]
    public void Whoever_gave_once_long_ago_is_no_giver()
    {
        _keepsGiving = false;
        PeerState seed = Seed(), giver = Leecher(12);
        Has(giver, 5);
        _courtesy.Look();
        Asked(seed).Should().NotContain(5);
        Pass(30);
        _courtesy.IsCrowded.Should().BeFalse();
        Asked(seed).Should().Contain(5);
    }

    private PeerState Liar(ulong lotName)
    {
        var peer = new PeerState(new SenderId(++_lastId), new FakeLink(), Pieces, _time, Now);
        peer.OnUnchoked(Now);
        _pieces.Providers.Add(peer.Provider);
        _courtesy.SetLot(peer.Id, lotName);
        return peer;
    }

    private double PatienceAnew(PeerState seed)
    {
        seed.Provider.Requests.Ask(_table.Layout.Block(new PieceIndex(0), 0), Now);
        _courtesy.OnFilled(seed.Provider, Now);
        seed.Provider.Requests.Pending.TryRemove(_table.Layout.Block(new PieceIndex(0), 0), out _).Should().BeTrue();
        _courtesy.Look();
        return PatienceWith(seed);
    }

    private void TakeForeign(PeerState seed, out PieceIndex piece)
    {
        PatienceAnew(seed).Should().BeLessThan(9);
        piece = new PieceIndex(Foreign());
        _courtesy.Show(seed.Provider, int.MaxValue, Now);
        _courtesy.OnPicked(piece);
    }
}
