using System.Net;
using Pieces.Dht;
using Pieces.Dht.Messages;
using Pieces.Dht.Routing;
using Pieces.Net;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

[Trait("Tier", "Pure")]
public class RoutingTableTests
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);
    private readonly Random _random = new(1);
    private readonly RoutingTable _table = new(IdOf(0));
    private int _hosts;

    [Fact]
    public void Far_away_eight_are_enough_and_near_by_all_are_kept()
    {
        for (int i = 0; i < 50; i++)
            Heard(Far());
        _table.Count.Should().Be(Bucket.Size);
        for (int bits = 1; bits < 6; bits++)
        {
            for (int i = 0; i < Bucket.Size; i++)
                Heard(NodeSharing(bits));
        }

        _table.Count.Should().Be(6 * Bucket.Size);
        _table.Closest(IdOf(0), 100, TimeSpan.Zero).Should().HaveCount(6 * Bucket.Size)
            .And.BeInAscendingOrder(Comparer<NodeContact>.Create((left, right) => IdOf(0).CompareDistance(left.Id, right.Id)));
    }

    [Fact]
    public void Who_only_asks_gets_in_when_it_has_answered()
    {
        NodeContact node = Far();
        _table.OnQuery(node, TimeSpan.Zero).Should().BeTrue("there is room, so it is worth asking");
        _table.Count.Should().Be(0);
        Heard(node);
        _table.Count.Should().Be(1);
        _table.OnQuery(node, TimeSpan.Zero).Should().BeFalse("it is in");
    }

    [Fact]
    public void One_that_stays_silent_makes_room_for_one_that_waits()
    {
        NodeContact[] nodes = [.. Enumerable.Range(0, Bucket.Size + 2).Select(_ => Far())];
        Heard(NodeSharing(3));
        foreach (NodeContact node in nodes)
            Heard(node);
        InTable(nodes[^1]).Should().BeFalse("the bucket is full and splits no further");
        _table.OnFailure(nodes[0], TimeSpan.Zero);
        InTable(nodes[0]).Should().BeTrue("once may be chance");
        _table.Closest(nodes[0].Id, 1, TimeSpan.Zero).Should().NotContain(nodes[0], "but nobody is sent there meanwhile");
        _table.OnFailure(nodes[0], TimeSpan.Zero);
        InTable(nodes[0]).Should().BeFalse();
        InTable(nodes[^1]).Should().BeTrue("the one that was heard of last is the likeliest to be there");
    }

    [Fact]
    public void While_nobody_waits_a_silent_node_keeps_its_place_and_a_newcomer_takes_it()
    {
        NodeContact[] nodes = [.. Enumerable.Range(0, Bucket.Size).Select(_ => Far())];
        Heard(NodeSharing(3));
        foreach (NodeContact node in nodes)
            Heard(node);
        for (int i = 0; i < TableNode.MaxFailures; i++)
            _table.OnFailure(nodes[3], TimeSpan.Zero);
        InTable(nodes[3]).Should().BeTrue();
        NodeContact newcomer = Far();
        Heard(newcomer);
        InTable(nodes[3]).Should().BeFalse();
        InTable(newcomer).Should().BeTrue();
    }

    [Fact]
    public void After_a_quarter_of_an_hour_a_node_is_questionable_unless_it_asks()
    {
        NodeContact silent = Far();
        NodeContact asking = Far();
        Heard(silent);
        Heard(asking);
        _table.Questionable(TimeSpan.FromMinutes(14)).Should().BeNull();
        _table.OnQuery(asking, TimeSpan.FromMinutes(14));
        _table.Questionable(TimeSpan.FromMinutes(15))!.Contact.Should().Be(silent);
        _table.CountGood(TimeSpan.FromMinutes(15)).Should().Be(1);
        _table.Closest(silent.Id, 1, TimeSpan.FromMinutes(15)).Should().Equal([asking], "those in good standing go first");
        _table.Closest(silent.Id, 2, TimeSpan.FromMinutes(15)).Should().HaveCount(2);
        Heard(silent, TimeSpan.FromMinutes(16));
        _table.Questionable(TimeSpan.FromMinutes(16)).Should().BeNull();
    }

    [Fact]
    public void An_address_has_one_node_and_an_id_one_address()
    {
        NodeContact node = Far();
        Heard(node);
        Heard(node with { EndPoint = node.EndPoint with { Port = 9 } });
        Heard(new NodeContact(NodeId.Create(_random), node.EndPoint with { Port = 10 }));
        Heard(new NodeContact(node.Id, Far().EndPoint));
        _table.Nodes.Select(known => known.Contact).Should().Equal([node], "it is there and answers");
        Heard(node with { EndPoint = node.EndPoint with { Port = 9 } }, TimeSpan.FromMinutes(20));
        _table.Nodes.Select(known => known.Contact.EndPoint.Port).Should().Equal([(ushort)9], "now the first one was silent for long");
    }

    [Fact]
    public void A_network_has_few_nodes_and_one_in_a_bucket_but_loopback_as_many_as_there_are_ports()
    {
        for (int i = 0; i < 40; i++)
            Heard(NodeSharing(i % 10));
        int before = _table.Count;
        for (int i = 0; i < 40; i++)
            Heard(new NodeContact(IdOf(0).Beside(i % 5, _random), At($"84.124.73.{i + 1}:1")));
        _table.Count.Should().Be(before + RoutingTable.MaxOfSubnet);
        for (int i = 0; i < Bucket.Size; i++)
            Heard(new NodeContact(IdOf(0).Beside(12, _random), At($"127.0.0.1:{i + 1}")));
        _table.Count.Should().Be(before + RoutingTable.MaxOfSubnet + Bucket.Size);
    }

    [Fact]
    public void An_id_that_fits_its_address_is_better_than_one_that_does_not()
    {
        Heard(NodeSharing(3));
        NodeContact[] misfits = [.. Enumerable.Range(0, Bucket.Size).Select(_ => Far(fits: false))];
        foreach (NodeContact misfit in misfits)
            Heard(misfit);
        Heard(Far(fits: false));
        misfits.Should().OnlyContain(misfit => InTable(misfit));
        NodeContact fitting = Far();
        Heard(fitting);
        InTable(fitting).Should().BeTrue();
        misfits.Count(InTable).Should().Be(Bucket.Size - 1);
    }

    [Fact]
    public void Our_own_id_is_nobody_else() => _table.OnQuery(new NodeContact(IdOf(0), At("9.9.9.9:9")), TimeSpan.Zero).Should().BeFalse();

    [Fact]
    public void With_another_id_of_ours_the_nodes_are_sorted_anew()
    {
        for (int bits = 0; bits < 6; bits++)
        {
            for (int i = 0; i < Bucket.Size; i++)
                Heard(NodeSharing(bits));
        }

        RoutingTable moved = _table.Around(IdOf(0x80), TimeSpan.Zero);
        moved.OwnId.Should().Be(IdOf(0x80));
        moved.Count.Should().Be(2 * Bucket.Size, "what was near is far now, and eight of that are enough");
        moved.Nodes.Should().OnlyContain(node => node.StandingAt(TimeSpan.Zero) == NodeStanding.Good);
    }

    [Fact]
    public void A_bucket_is_looked_after_once_when_it_has_room_and_again_when_nothing_happens_in_it()
    {
        Heard(Far());
        _table.TryRefresh(TimeSpan.Zero, _random, out _).Should().BeTrue();
        _table.TryRefresh(TimeSpan.Zero, _random, out _).Should().BeFalse();
        _table.TryRefresh(TimeSpan.FromMinutes(14), _random, out _).Should().BeFalse();
        _table.TryRefresh(TimeSpan.FromMinutes(15), _random, out _).Should().BeTrue();
    }

    private bool InTable(NodeContact contact) => _table.Nodes.Any(node => node.Contact == contact);

    private void Heard(NodeContact contact, TimeSpan at = default) => _table.OnReply(contact, Quick, at);

    private NodeContact NodeSharing(int bits) => new(IdOf(0).Beside(bits, _random), NextEndPoint());

    // Returns a node in the half of the id space that does not contain our own id.
    private NodeContact Far(bool fits = true)
    {
        while (true)
        {
            CompactEndPoint endPoint = NextEndPoint();
            NodeId id = fits ? SecureNodeId.Create(endPoint, _random) : IdOf(0).Beside(0, _random);
            if (IdOf(0).CommonPrefix(id) == 0 && SecureNodeId.Fits(id, endPoint) == fits)
                return new NodeContact(id, endPoint);
        }
    }

    private CompactEndPoint NextEndPoint() => CompactEndPoint.From(new IPAddress([20, (byte)(++_hosts / 250), (byte)(_hosts % 250), 1]), 6881);
}
