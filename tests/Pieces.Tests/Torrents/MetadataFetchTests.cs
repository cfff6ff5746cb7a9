using Microsoft.Extensions.Time.Testing;
using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Torrents.MetadataExchange;
using Pieces.Wire;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class MetadataFetchTests
{
    private const int Size = (2 * MetadataCodec.PartLength) + 1488;

    private static readonly byte[] Truth = Bytes(1, Size);

    [Fact]
    public void Parts_are_asked_of_several_peers_at_once_and_put_together()
    {
        var rig = new FetchRig(Truth);
        SenderId a = rig.Offer(Size), b = rig.Offer(Size);
        rig.Fill().Should().HaveCount(4, "each is asked for two at first");
        rig.Asked(a).Union(rig.Asked(b)).Should().BeEquivalentTo([0, 1, 2]);
        foreach (MetadataAsk ask in rig.Asks)
            rig.Answer(ask.Peer, ask.Part, Truth).Should().BeTrue();
        rig.Fetch.Result.Should().Equal(Truth);
        rig.Convicted.Should().BeEmpty();
        rig.Fill().Should().BeEmpty();
    }

    [Fact]
    public void A_lone_peer_is_asked_for_more_as_it_answers()
    {
        byte[] large = Bytes(2, 40 * MetadataCodec.PartLength);
        var rig = new FetchRig(large);
        SenderId a = rig.Offer(large.Length);
        for (int round = 0; round < 30 && rig.Fetch.Result is null; round++)
        {
            rig.Fill();
            rig.Asks.Count.Should().BeLessThanOrEqualTo(MetadataOffer.MaxWindow);
            rig.Pass(0.1);
            foreach (MetadataAsk ask in rig.Asks)
                rig.Answer(a, ask.Part, large);
        }

        rig.Fetch.Result.Should().Equal(large);
    }

    [Fact]
    public void A_claim_costs_no_memory_before_parts_come()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var rig = new FetchRig(Truth);
        for (int i = 0; i < 100; i++)
            rig.Offer(ExtensionHandshake.MaxMetadataSize - i);
        rig.Fill();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1024 * 1024);
        rig.Fetch.Progress.Held.Should().Be(0);
    }

    [Fact]
    public void Peers_that_claim_other_sizes_are_kept_apart()
    {
        var rig = new FetchRig(Truth);
        SenderId liar = rig.Offer(Size + 1), honest = rig.Offer(Size);
        rig.ServeAll((peer, part) => peer == honest ? Part(Truth, part) : Part(new byte[Size + 1], part));
        rig.Fetch.Result.Should().Equal(Truth);
        rig.Convicted.Should().BeSubsetOf([liar]);
    }

    [Fact]
    public void A_part_of_another_size_than_the_peer_claims_is_not_taken()
    {
        var rig = new FetchRig(Truth);
        SenderId a = rig.Offer(Size);
        rig.Fill();
        rig.Take(a, Part(new byte[Size + 1], 0)).Should().BeFalse();
        rig.Fetch.Progress.Held.Should().Be(0);
    }

    [Fact]
    public void A_part_that_nobody_asked_for_is_not_taken()
    {
        var rig = new FetchRig(Truth);
        SenderId a = rig.Offer(Size);
        rig.Take(a, Part(Truth, 0)).Should().BeFalse();
        rig.Take(new SenderId(99), Part(Truth, 0)).Should().BeFalse();
    }

    [Fact]
    public void Whoever_alone_sent_all_of_something_wrong_is_convicted()
    {
        var rig = new FetchRig(Truth);
        SenderId liar = rig.Offer(Size);
        rig.ServeAll((_, part) => Part(Spoilt(1), part));
        rig.Convicted.Should().Equal(liar);
        rig.Fetch.HasOffers.Should().BeFalse();
        rig.Fetch.Result.Should().BeNull();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Among_many_helpers_whoever_lied_is_found_and_nobody_else(int seed)
    {
        var random = new Random(seed);
        var rig = new FetchRig(Truth);
        SenderId[] peers = [.. Enumerable.Range(0, 6).Select(_ => rig.Offer(Size))];
        SenderId[] liars = [peers[random.Next(3)], peers[3 + random.Next(3)]];
        var lied = new HashSet<SenderId>();
        rig.ServeAll((peer, part) =>
        {
            bool lies = liars.Contains(peer) && (part == seed % 3 || random.Next(2) == 0);
            if (lies)
                lied.Add(peer);
            return Part(lies ? Spoilt(part) : Truth, part);
        });
        rig.Fetch.Result.Should().Equal(Truth);
        rig.Convicted.Should().BeSubsetOf(liars).And.BeSubsetOf(lied);
        rig.Convicted.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_liar_that_has_left_is_convicted_once_the_truth_is_known()
    {
        var rig = new FetchRig(Truth);
        SenderId liar = rig.Offer(Size), honest = rig.Offer(Size);
        rig.Fill();
        int part = rig.Asked(liar).Except(rig.Asked(honest)).First();
        rig.Answer(liar, part, Spoilt(part));
        foreach (int mine in rig.Asked(honest).ToArray())
            rig.Answer(honest, mine, Truth);
        rig.Fetch.Result.Should().BeNull("one part is wrong, and two had a hand in it");
        rig.Convicted.Should().BeEmpty();
        rig.Fetch.Forget(liar);
        rig.ServeAll((_, wanted) => Part(Truth, wanted));
        rig.Fetch.Result.Should().Equal(Truth);
        rig.Convicted.Should().Equal(liar);
    }

    [Fact]
    public void A_silent_peer_keeps_nothing_from_the_others()
    {
        var rig = new FetchRig(Truth);
        SenderId silent = rig.Offer(Size), honest = rig.Offer(Size);
        rig.ServeAll((peer, part) => peer == silent ? null : Part(Truth, part), seconds: 0.05);
        rig.Fetch.Result.Should().Equal(Truth);
        rig.Elapsed.Should().BeLessThan(1);
        rig.Asked(honest).Should().Contain([0, 1, 2]);
    }

    [Fact]
    public void A_silent_peer_is_asked_less_and_less_often()
    {
        var rig = new FetchRig(Truth);
        rig.Offer(Size);
        int asks = 0;
        for (int i = 0; i < 600; i++)
        {
            asks += rig.Fill().Count;
            rig.Pass(0.5);
        }

        asks.Should().BeInRange(5, 40);
    }

    [Fact]
    public void The_time_that_is_waited_for_an_answer_follows_the_answers()
    {
        byte[] large = Bytes(2, 400 * MetadataCodec.PartLength);
        var rig = new FetchRig(large);
        rig.Offer(large.Length);
        for (int i = 0; i < 10; i++)
        {
            List<MetadataAsk> asks = rig.Fill();
            rig.Pass(0.1);
            asks.ForEach(ask => rig.Answer(ask.Peer, ask.Part, large));
        }

        rig.Fill().Should().NotBeEmpty();
        rig.Pass(0.9);
        rig.Fill().Should().BeEmpty("an answer may take a second");
        rig.Pass(0.2);
        rig.Fill().Should().HaveCount(1, "now it counts as lost, and one is asked for again");
    }

    [Fact]
    public void A_late_answer_is_welcome()
    {
        var rig = new FetchRig(Truth);
        SenderId slow = rig.Offer(Size);
        rig.Fill();
        rig.Pass(MetadataOffer.LongestWaitSeconds + 1);
        rig.Fill();
        rig.Answer(slow, 1, Truth).Should().BeTrue();
        rig.Fetch.Progress.Held.Should().Be(MetadataCodec.PartLength);
    }

    [Fact]
    public void A_reject_is_honoured_and_asked_again_later()
    {
        var rig = new FetchRig(Truth);
        SenderId a = rig.Offer(Size);
        rig.Fill();
        rig.Fetch.Reject(a, 0, rig.Now).Should().BeTrue();
        rig.Fetch.Reject(a, 1, rig.Now).Should().BeTrue();
        rig.Fetch.Reject(a, 1, rig.Now).Should().BeFalse("it is not asked any more");
        rig.Fill().Should().BeEmpty();
        rig.Pass(10);
        rig.Fill().Should().NotBeEmpty();
    }

    [Fact]
    public void A_peer_that_changes_its_mind_too_often_is_given_up()
    {
        var rig = new FetchRig(Truth);
        var peer = new SenderId(50);
        for (int i = 0; i < MetadataFetch.MaxClaims; i++)
            rig.Fetch.Offer(peer, Size + i).Should().BeTrue();
        rig.Fetch.Offer(peer, Size + MetadataFetch.MaxClaims - 1).Should().BeTrue("it says the same again");
        rig.Fetch.Offer(peer, 5).Should().BeFalse();
        rig.Fetch.HasOffers.Should().BeFalse();
    }

    [Fact]
    public void However_many_lie_about_the_size_the_honest_one_has_its_turn()
    {
        var rig = new FetchRig(Truth);
        for (int i = 1; i <= 60; i++)
            rig.Offer(Size + i);
        SenderId honest = rig.Offer(Size);
        rig.ServeAll((peer, part) => peer == honest ? Part(Truth, part) : null, seconds: 0.25, rounds: 1200);
        rig.Fetch.Result.Should().Equal(Truth);
        rig.Elapsed.Should().BeLessThan(120);
    }

    [Fact]
    public void What_is_held_stays_bounded_and_the_honest_one_still_gets_through()
    {
        byte[] noise = Bytes(3, MetadataCodec.PartLength);
        var rig = new FetchRig(Truth);
        var liars = new Dictionary<SenderId, int>();
        for (int i = 0; i < 7; i++)
        {
            int size = ExtensionHandshake.MaxMetadataSize - (i * MetadataCodec.PartLength);
            liars[rig.Offer(size)] = size;
        }

        SenderId honest = default;
        for (int round = 0; round < 900; round++)
        {
            if (round == 800)
                honest = rig.Offer(Size);
            foreach (MetadataAsk ask in rig.Fill().ToArray())
            {
                if (ask.Peer == honest)
                    rig.Answer(honest, ask.Part, Truth);
                else if (MetadataCodec.LengthOf(ask.Part, liars[ask.Peer]) == noise.Length)
                    rig.Take(ask.Peer, new MetadataData(ask.Part, liars[ask.Peer], noise));
            }

            rig.Fetch.Held.Should().BeLessThanOrEqualTo(MetadataFetch.MaxHeld);
            rig.Pass(0.01);
        }

        rig.Fetch.Result.Should().Equal(Truth);
    }

    private static byte[] Bytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Spoilt(int part)
    {
        byte[] bytes = [.. Truth];
        bytes[part * MetadataCodec.PartLength] ^= 1;
        return bytes;
    }

    private static MetadataData Part(byte[] whole, int part) =>
        new(part, whole.Length, whole.AsMemory(part * MetadataCodec.PartLength, MetadataCodec.LengthOf(part, whole.Length)));

    /// <summary>A fetch whose peers and clock the test controls.</summary>
    private sealed class FetchRig(byte[] truth)
    {
        private readonly FakeTimeProvider _time = new();
        private readonly Dictionary<SenderId, HashSet<int>> _asked = [];
        private double _elapsed;
        private int _lastId;

        public MetadataFetch Fetch => field ??= new MetadataFetch(InfoHash.OfInfo(truth), _time);

        public List<SenderId> Convicted { get; } = [];

        public List<MetadataAsk> Asks { get; } = [];

        public long Now => _time.GetTimestamp();

        public double Elapsed => _elapsed;

        public SenderId Offer(int size)
        {
            var peer = new SenderId(++_lastId);
            Fetch.Offer(peer, size).Should().BeTrue();
            return peer;
        }

        public List<MetadataAsk> Fill()
        {
            Asks.Clear();
            Fetch.Fill(Now, Asks);
            foreach (MetadataAsk ask in Asks)
                Set(ask.Peer).Add(ask.Part);
            return Asks;
        }

        public HashSet<int> Asked(SenderId peer) => Set(peer);

        public void Pass(double seconds)
        {
            _elapsed += seconds;
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }

        public bool Answer(SenderId peer, int part, byte[] whole) => Take(peer, Part(whole, part));

        public bool Take(SenderId peer, MetadataData data) => Fetch.Take(peer, data, Now, Convicted);

        /// <summary>Lets all peers answer the requests, in rounds, until the metadata is complete.</summary>
        public void ServeAll(Func<SenderId, int, MetadataData?> answer, double seconds = 0.1, int rounds = 200)
        {
            for (int round = 0; round < rounds && Fetch.Result is null; round++)
            {
                MetadataAsk[] asks = [.. Fill()];
                Pass(seconds);
                foreach (MetadataAsk ask in asks)
                {
                    if (answer(ask.Peer, ask.Part) is { } data)
                        Take(ask.Peer, data);
                }
            }
        }

        private HashSet<int> Set(SenderId peer)
        {
            if (!_asked.TryGetValue(peer, out HashSet<int>? parts))
                _asked[peer] = parts = [];
            return parts;
        }
    }
}
