using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

/// <summary>What a node returns for the swarms of its own client, until the client leaves them.</summary>
[Trait("Tier", "Pure")]
public class OwnSwarmsTests
{
    private static readonly NodeId Swarm = Id("mnopqrstuvwxyz123456");
    private static readonly DhtSearch Announce = new() { Target = Swarm, WantsPeers = true, AnnouncedPort = 4321, IsSeed = true };

    private readonly Random _random = new(1);
    private readonly DhtHarness _bench = new(new DhtOptions { AllowLoopback = true });

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:9", "127.0.0.1:4321")]
    [InlineData("10.0.0.5", "10.0.0.6:9", "10.0.0.5:4321")]
    [InlineData("84.124.73.14", "65.23.51.170:9", "84.124.73.14:4321")]
    [InlineData("10.0.0.5", "65.23.51.170:9", null)]
    public void Whoever_asks_is_told_of_ourselves_as_he_would_dial_us(string own, string asker, string? told)
    {
        _bench.OwnAddress = At(own + ":0");
        _bench.Core.Search(Announce, new SearchLog());
        ValuesFor(asker).Should().Equal(told is null ? [] : [At(told)]);
    }

    [Fact]
    public void Behind_a_translator_those_outside_are_told_of_the_address_that_they_see()
    {
        _bench.OwnAddress = At("10.0.0.5:0");
        for (int i = 0; i < 20; i++)
            _bench.Meet(Fitting($"84.{i}.73.14:1", _random), At("65.23.51.170:5555"));
        _bench.Core.Stats.External.Should().Be(At("65.23.51.170:0"));
        _bench.Core.Search(Announce, new SearchLog());
        ValuesFor("43.213.53.83:9").Should().Equal(At("65.23.51.170:4321"));
        ValuesFor("10.0.0.6:9").Should().Equal(At("10.0.0.5:4321"));
    }

    [Fact]
    public void Who_only_searches_or_has_left_or_is_a_seed_where_none_is_wanted_is_not_named()
    {
        _bench.OwnAddress = At("127.0.0.1:0");
        _bench.Core.Search(Announce with { AnnouncedPort = null }, new SearchLog());
        ValuesFor("127.0.0.1:9").Should().BeEmpty();
        _bench.Core.Search(Announce, new SearchLog());
        ValuesFor("127.0.0.1:9").Should().HaveCount(1);
        ValuesFor("127.0.0.1:9", noSeeds: true).Should().BeEmpty();
        _bench.Core.Leave(Swarm);
        ValuesFor("127.0.0.1:9").Should().BeEmpty();
    }

    [Fact]
    public void A_search_that_is_not_wanted_any_more_asks_nobody_and_announces_nothing()
    {
        for (int i = 0; i < 6; i++)
            _bench.Meet(Fitting($"84.{i}.73.14:1", _random));
        var log = new SearchLog();
        _bench.Core.Search(Announce, log);
        (KrpcQuery query, CompactEndPoint to) = _bench.TakeQuery();
        log.IsWanted = false;
        _bench.Sent.Clear();
        _bench.Reply(new KrpcReply { Transaction = query.Transaction, Sender = Fitting("84.0.73.14:1", _random).Id, Token = Bytes("token") }, to);
        log.Result.Should().NotBeNull();
        log.Result!.Keepers.Should().Be(0);
        _bench.Pass(TimeSpan.FromSeconds(5));
        _bench.Sent.Should().NotContain(sent => sent.Message is KrpcQuery && ((KrpcQuery)sent.Message).Target == Swarm);
    }

    private IReadOnlyList<CompactEndPoint> ValuesFor(string asker, bool noSeeds = false)
    {
        var query = new KrpcQuery
        {
            Transaction = Bytes("aa"),
            Method = KrpcMethod.GetPeers,
            Sender = NodeId.Create(_random),
            Target = Swarm,
            WantsNoSeeds = noSeeds,
        };
        return ((KrpcReply)_bench.Ask(query, At(asker))!).Values ?? [];
    }
}
