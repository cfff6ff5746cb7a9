using System.Net;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Swarm;

/// <summary>Rate limits of whole clients. All bytes of the streams are counted at the other end of the connections.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class LimitTests
{
    private const int KiB = TestTorrent.KiB;
    private const int Rate = 500 * KiB;
    private const double Tolerance = 0.03;

    // Seconds until data is transferred at the full rate, seconds until requests, choking and latencies have stabilized, and how far the clock may be
    // ahead in seconds, which is less than a limiter makes up for.
    private const double FullFlow = 1;
    private const double WarmUp = 2;
    private const double Slack = 0.08;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 20)]
    [InlineData(5, 1)]
    [InlineData(5, 4)]
    public async Task A_download_limit_holds_and_everybody_gives_the_same(int torrents, int peers)
    {
        await using var swarm = new TestSwarm();
        swarm.Network.DefaultLink = new InMemoryLink(TimeSpan.FromMilliseconds(25));
        var seeds = new List<SwarmMember>();
        SwarmMember? leecher = null;
        foreach (TestTorrent data in Torrents(torrents))
        {
            SwarmMember[] own = [.. Enumerable.Range(0, peers).Select(_ => AddSeed(swarm, data))];
            await swarm.ReadyAsync(own);
            seeds.AddRange(own);
            TorrentOptions options = TestSwarm.LeecherOptions([.. own.Select(seed => seed.EndPoint)]);
            leecher = leecher is null
                ? swarm.Add(swarm.NextAddress(), swarm.NextFolder(), options, data: data, change: o => o with { DownloadLimit = new ByteRate(Rate) })
                : swarm.AddTo(leecher, data, swarm.NextFolder(), options);
        }

        Traffic traffic = new(swarm, [.. seeds.Select(seed => swarm.Network.Traffic(seed.Address, leecher!.Address))], isSent: false);
        Traffic given = new(swarm, [.. seeds.Select(seed => swarm.Network.Traffic(seed.Address, leecher!.Address))], isSent: true);
        await traffic.PassAsync(WarmUp + 10, given);
        traffic.PerSecond(WarmUp, WarmUp + 10).Should().BeApproximately(Rate, Rate * Tolerance);
        given.PerSecond(WarmUp, WarmUp + 10).Should().BeApproximately(
            Rate, (Rate * Tolerance) + (seeds.Count * 2 * BlockRequest.MaxLength / 10),
            "a sender is ahead by what it was asked for, of many two blocks each");
        traffic.MostInOneSecond.Should().BeLessThan(Rate * 1.2);
        traffic.Unevenness(WarmUp, WarmUp + 10).Should().BeLessThan(
            1.6, "a block is a fifteenth of what each of twenty gives, and each begins and ends within three of them");
        leecher!.Now.Wasted.Should().BeLessThan(Rate / 20, "nothing counts as late by our own limit");
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 20)]
    [InlineData(5, 1)]
    [InlineData(5, 4)]
    public async Task An_upload_limit_holds(int torrents, int peers)
    {
        await using var swarm = new TestSwarm();
        SwarmMember? seed = null;
        var leechers = new List<SwarmMember>();
        foreach (TestTorrent data in Torrents(torrents))
        {
            string folder = swarm.NextFolder();
            data.WriteContent(folder);
            var options = new TorrentOptions { SeedOnly = true, Seed = new SeedGoals() };
            seed = seed is null
                ? swarm.Add(swarm.NextAddress(), folder, options, data: data, change: o => o with { UploadLimit = new ByteRate(Rate) })
                : swarm.AddTo(seed, data, folder, options);
            await swarm.ReadyAsync(seed);
            for (int i = 0; i < peers; i++)
                leechers.Add(swarm.Add(swarm.NextAddress(), swarm.NextFolder(), TestSwarm.LeecherOptions(seed.EndPoint), data: data));
        }

        Traffic traffic = new(swarm, [.. leechers.Select(leecher => swarm.Network.Traffic(seed!.Address, leecher.Address))], isSent: false);
        await traffic.PassAsync(WarmUp + 10);
        traffic.PerSecond(WarmUp, WarmUp + 10).Should().BeApproximately(Rate, Rate * Tolerance);
        traffic.PerSecond(0, 10).Should().BeLessThan(Rate * (1 + Tolerance), "it holds from the first moment");
        traffic.MostInOneSecond.Should().BeLessThan(Rate * 1.2);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Limits_of_torrents_and_of_peers_hold_beside_each_other()
    {
        await using var swarm = new TestSwarm();
        TestTorrent[] data = [.. Torrents(2)];
        SwarmMember[] ofFirst = [AddSeed(swarm, data[0]), AddSeed(swarm, data[0])], ofSecond = [AddSeed(swarm, data[1]), AddSeed(swarm, data[1])];
        await swarm.ReadyAsync([.. ofFirst, .. ofSecond]);
        TorrentOptions first = TestSwarm.LeecherOptions([.. ofFirst.Select(seed => seed.EndPoint)]) with { DownloadLimit = new ByteRate(100 * KiB) };
        TorrentOptions second = TestSwarm.LeecherOptions([.. ofSecond.Select(seed => seed.EndPoint)]) with
        {
            PeerDownloadLimit = new ByteRate(30 * KiB)
        };
        SwarmMember leecher = swarm.Add(
            swarm.NextAddress(), swarm.NextFolder(), first, data: data[0], change: o => o with { DownloadLimit = new ByteRate(Rate) });
        swarm.AddTo(leecher, data[1], swarm.NextFolder(), second);
        Traffic all = new(swarm, [.. PairsOf(ofFirst), .. PairsOf(ofSecond)], isSent: false, rate: 160 * KiB);
        Traffic firsts = new(swarm, PairsOf(ofFirst), isSent: false);
        await all.PassAsync(WarmUp + 10, firsts);
        firsts.PerSecond(WarmUp, WarmUp + 10).Should().BeApproximately(100 * KiB, 100 * KiB * Tolerance);
        all.PerSecond(WarmUp, WarmUp + 10).Should().BeApproximately(160 * KiB, 160 * KiB * Tolerance);
        await swarm.EndAsync();

        ByteCount[] PairsOf(SwarmMember[] seeds) => [.. seeds.Select(seed => swarm.Network.Traffic(seed.Address, leecher.Address))];
    }

    private static IEnumerable<TestTorrent> Torrents(int count) =>
        Enumerable.Range(0, count).Select(i => new TestTorrent(length: (8 * TestTorrent.MiB) + i));

    private static SwarmMember AddSeed(TestSwarm swarm, TestTorrent data, Func<TorrentClientOptions, TorrentClientOptions>? change = null)
    {
        string folder = swarm.NextFolder();
        data.WriteContent(folder);
        return swarm.Add(swarm.NextAddress(), folder, new TorrentOptions { SeedOnly = true, Seed = new SeedGoals() }, data: data, change: change);
    }

    /// <summary>The traffic between several pairs of hosts, recorded at every step.</summary>
    private sealed class Traffic(TestSwarm swarm, ByteCount[] pairs, bool isSent, double rate = Rate)
    {
        private readonly List<(double At, long[] Bytes)> _notes = [];
        private readonly long _start = swarm.Time.GetTimestamp();

        public double MostInOneSecond
        {
            get
            {
                int perSecond = (int)(1 / Step.TotalSeconds);
                return Enumerable.Range(0, _notes.Count - perSecond).Max(i => _notes[i + perSecond].Bytes.Sum() - _notes[i].Bytes.Sum());
            }
        }

        /// <summary>
        /// Advances the clock, once data is transferred at the full rate: the clock waits while fewer bytes have arrived, because tasks and the disk
        /// take real time. If a limit lets too little through, the clock stops for good and the test times out.
        /// </summary>
        public async Task PassAsync(double seconds, Traffic? beside = null)
        {
            await swarm.UntilAsync(() => Total > 0, "something comes", step: Step);
            Note();
            beside?.Note();
            while (_notes[^1].At - Begin < seconds)
            {
                double at = _notes[^1].At + Step.TotalSeconds;
                double due = at - Begin < FullFlow ? 0 : BytesAt(Begin + FullFlow) + (rate * (at - Begin - FullFlow - Slack));
                await swarm.UntilAsync(() => Now > at - 0.001 && Total >= due, $"{due} bytes come by {at} s", limit: Step, step: Step);
                Note();
                beside?.Note();
            }
        }

        public double PerSecond(double from, double to) => Between(from, to).Sum();

        /// <summary>The traffic of the pair with the most, divided by that of the pair with the least.</summary>
        public double Unevenness(double from, double to)
        {
            double[] each = Between(from, to);
            return each.Max() / each.Min();
        }

        private double Begin => _notes[0].At;

        private double Now => swarm.Time.GetElapsedTime(_start).TotalSeconds;

        private long Total => pairs.Sum(pair => isSent ? pair.Sent : pair.Taken);

        private long BytesAt(double at) => _notes.Last(note => note.At <= at + 0.001).Bytes.Sum();

        private double[] Between(double from, double to)
        {
            (double At, long[] Bytes) a = _notes.Last(note => note.At - Begin <= from + 0.001),
                b = _notes.Last(note => note.At - Begin <= to + 0.001);
            return [.. pairs.Select((_, i) => (b.Bytes[i] - a.Bytes[i]) / (b.At - a.At))];
        }

        private void Note() =>
            _notes.Add((Now, [.. pairs.Select(pair => isSent ? pair.Sent : pair.Taken)]));
    }
}
