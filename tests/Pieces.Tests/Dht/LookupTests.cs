using System.Net;
using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Routing;
using Pieces.Net;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

[Trait("Tier", "Pure")]
public class LookupTests
{
    private static readonly NodeId Target = IdOf(0xFF, 0xFF);
    private static readonly byte[] Token = [1];
    private readonly Random _random = new(1);
    private readonly Lookup _lookup = new(Target, IdOf(1));
    private int _hosts;

    [Fact]
    public void Three_are_asked_at_a_time_the_nearest_first()
    {
        NodeContact[] nodes = [.. Enumerable.Range(0, 10).Select(bits => Local(bits))];
        foreach (NodeContact node in nodes)
            _lookup.Add(node, teller: null);
        Ask().Contact.Should().Be(nodes[9]);
        Ask().Contact.Should().Be(nodes[8]);
        LookupCandidate third = Ask();
        _lookup.Next().Should().BeNull();
        _lookup.Lost(third);
        Ask().Contact.Should().Be(nodes[6]);
        _lookup.IsOver.Should().BeFalse();
    }

    [Fact]
    public void A_late_answer_holds_nobody_up_and_still_counts()
    {
        _lookup.Add(Local(1), teller: null);
        LookupCandidate late = Ask();
        _lookup.InFlight.Should().Be(1);
        _lookup.Slow(late);
        _lookup.InFlight.Should().Be(0);
        Answer(late).Should().BeTrue();
        _lookup.Answers.Should().Be(1);
        Answer(late).Should().BeFalse("it has answered");
    }

    [Fact]
    public void It_is_over_when_the_eight_nearest_have_answered_though_others_are_known()
    {
        foreach (int bits in Enumerable.Range(0, 20))
            _lookup.Add(Local(bits), teller: null);
        int asked = 0;
        while (_lookup.Next() is { } candidate)
        {
            _lookup.Asked(candidate);
            Answer(candidate);
            asked++;
        }

        _lookup.IsOver.Should().BeTrue();
        asked.Should().Be(Bucket.Size);
        _lookup.Keepers().Select(keeper => Target.CommonPrefix(keeper.Contact.Id)).Should().Equal(19, 18, 17, 16, 15, 14, 13, 12);
    }

    [Fact]
    public void It_never_asks_more_than_its_limit()
    {
        int asked = 0;
        for (int i = 0; i < 100; i++)
            _lookup.Add(Local(3), teller: null);
        while (_lookup.Next() is { } candidate)
        {
            _lookup.Asked(candidate);
            _lookup.Lost(candidate);
            asked++;
        }

        asked.Should().Be(Lookup.MaxQueries);
        _lookup.IsOver.Should().BeTrue();
    }

    [Fact]
    public void One_candidate_too_many_costs_the_farthest()
    {
        NodeContact farthest = Local(0);
        _lookup.Add(farthest, teller: null);
        for (int i = 0; i < Lookup.MaxCandidates - 1; i++)
            _lookup.Add(Local(3), teller: null);
        _lookup.Add(Local(4), teller: null);
        List<NodeContact> offered = [];
        while (_lookup.Next() is { } candidate)
        {
            offered.Add(candidate.Contact);
            _lookup.Lost(candidate);
        }

        offered.Should().HaveCount(Lookup.MaxCandidates).And.NotContain(farthest);
    }

    [Fact]
    public void One_misfit_too_many_waits_until_no_fitting_node_is_left()
    {
        for (int i = 0; i <= Lookup.MaxMisfits; i++)
            _lookup.Add(new NodeContact(Target.Near(40, _random), NextWorld()), teller: null);
        CompactEndPoint at = NextWorld();
        var fitting = new NodeContact(SecureNodeId.Create(at, _random), at);
        _lookup.Add(fitting, teller: null);
        for (int i = 0; i < Lookup.MaxMisfits; i++)
        {
            LookupCandidate misfit = Ask();
            misfit.Fits.Should().BeFalse("it is nearer");
            Answer(misfit);
        }

        Ask().Contact.Should().Be(fitting);
    }

    [Fact]
    public void Who_names_nodes_that_nobody_hears_of_is_not_followed_any_further()
    {
        NodeContact[] honest = [.. Enumerable.Range(0, 12).Select(bits => Local(bits))];
        _lookup.Add(Local(0), teller: null);
        LookupCandidate liar = Ask();
        Answer(liar);
        for (int i = 0; i < Bucket.Size; i++)
            _lookup.Add(Local(60), liar);
        foreach (NodeContact node in honest)
            _lookup.Add(node, teller: null);

        int wasted = 0;
        while (_lookup.Next() is { } candidate)
        {
            _lookup.Asked(candidate);
            if (candidate.Teller == liar)
            {
                wasted++;
                _lookup.Slow(candidate);
            }
            else
            {
                Answer(candidate);
            }
        }

        wasted.Should().Be(2, "two in vain are enough to know him");
        _lookup.IsOver.Should().BeTrue();
    }

    [Fact]
    public void Two_who_name_the_same_node_must_both_be_liars_before_it_is_doubted()
    {
        _lookup.Add(Local(0), teller: null);
        _lookup.Add(Local(1), teller: null);
        (LookupCandidate one, LookupCandidate other) = (Ask(), Ask());
        Answer(one);
        Answer(other);
        NodeContact shared = Local(20);
        _lookup.Add(Local(60), one);
        _lookup.Add(Local(61), one);
        _lookup.Add(shared, one);
        _lookup.Add(shared, other);
        _lookup.Add(Local(10), one);
        _lookup.Slow(Ask());
        _lookup.Slow(Ask());
        Ask().Contact.Should().Be(shared);
        _lookup.InFlight.Should().Be(1);
        _lookup.Next().Should().BeNull("the last node is known from the liar alone, and is queried last");
    }

    [Fact]
    public void One_that_answers_under_another_name_counts_only_when_its_address_allows_the_name()
    {
        NodeContact named = Fitting("84.124.73.14:1", _random);
        _lookup.Add(named, teller: null);
        LookupCandidate candidate = Ask();
        _lookup.Answered(candidate, Target.Near(60, _random), Token).Should().BeFalse();
        candidate.State.Should().Be(CandidateState.Lost);

        NodeContact restarted = Fitting("85.124.73.14:1", _random);
        _lookup.Add(restarted, teller: null);
        NodeId now = SecureNodeId.Create(restarted.EndPoint, _random);
        _lookup.Answered(Ask(), now, Token).Should().BeTrue();
        _lookup.Keepers().Select(keeper => keeper.Contact.Id).Should().Equal(now);
    }

    [Fact]
    public void Nodes_whose_id_does_not_fit_are_asked_but_do_not_end_the_search()
    {
        for (int i = 0; i < Bucket.Size; i++)
            _lookup.Add(new NodeContact(Target.Near(40, _random), NextWorld()), teller: null);
        for (int i = 0; i < 30; i++)
        {
            CompactEndPoint at = NextWorld();
            _lookup.Add(new NodeContact(SecureNodeId.Create(at, _random), at), teller: null);
        }

        int fittingAsked = 0;
        while (_lookup.Next() is { } candidate)
        {
            _lookup.Asked(candidate);
            Answer(candidate);
            fittingAsked += candidate.Fits ? 1 : 0;
        }

        fittingAsked.Should().Be(Bucket.Size);
        _lookup.Keepers().Count(keeper => keeper.Fits).Should().Be(Bucket.Size, "those are the ones that a peer is announced to");
        _lookup.Keepers().Count(keeper => !keeper.Fits).Should().Be(2);
    }

    [Fact]
    public void One_host_is_asked_once_and_one_network_twice()
    {
        _lookup.Add(new NodeContact(Target.Near(10, _random), At("84.124.73.1:1")), teller: null);
        _lookup.Add(new NodeContact(Target.Near(10, _random), At("84.124.73.1:2")), teller: null);
        _lookup.Add(new NodeContact(Target.Near(10, _random), At("84.124.73.2:1")), teller: null);
        _lookup.Add(new NodeContact(Target.Near(10, _random), At("84.124.73.3:1")), teller: null);
        _lookup.Add(new NodeContact(IdOf(1), At("85.124.73.3:1")), teller: null);
        List<string> asked = [];
        while (_lookup.Next() is { } candidate)
        {
            asked.Add($"{candidate.Contact.EndPoint}");
            _lookup.Asked(candidate);
        }

        asked.Should().BeEquivalentTo("84.124.73.1:1", "84.124.73.2:1");
    }

    [Fact]
    public void Entrances_are_for_when_the_known_nodes_lead_nowhere()
    {
        _lookup.AddEntrance(At("9.9.9.9:9"));
        for (int i = 0; i < 20; i++)
            _lookup.Add(Local(i), teller: null);
        for (int i = 0; i < Lookup.InVain; i++)
        {
            LookupCandidate candidate = Ask();
            candidate.IsEntrance.Should().BeFalse();
            _lookup.Slow(candidate);
        }

        LookupCandidate entrance = Ask();
        entrance.IsEntrance.Should().BeTrue();
        _lookup.Answered(entrance, Target.Near(5, _random), Token).Should().BeTrue("of an entrance no name is expected");
    }

    private LookupCandidate Ask()
    {
        LookupCandidate candidate = _lookup.Next()!;
        candidate.Should().NotBeNull();
        _lookup.Asked(candidate);
        return candidate;
    }

    private bool Answer(LookupCandidate candidate) => _lookup.Answered(candidate, candidate.Contact.Id, Token);

    // A node with a local address may have any id, so the test can choose its distance to the target.
    private NodeContact Local(int bits) =>
        new(Target.Beside(bits, _random), CompactEndPoint.From(new IPAddress([10, 0, (byte)(++_hosts >> 8), (byte)_hosts]), 1));

    private CompactEndPoint NextWorld() => CompactEndPoint.From(new IPAddress([20, (byte)(++_hosts / 250), (byte)(_hosts % 250), 1]), 6881);
}
