using Pieces.Cli.Failures;
using Pieces.Cli.Transfers;
using Pieces.Storage;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class TransferSessionTests
{
    private readonly FakeTransfer _transfer = new();

    [Fact]
    public async Task A_complete_download_is_a_success()
    {
        _transfer.Complete();
        _transfer.End();
        (await EndOf(Session())).Should().Be(Outcome.Success);
    }

    [Fact]
    public async Task A_signal_before_completion_is_the_code_and_after_it_a_success()
    {
        TransferSession early = Session();
        early.Stop();
        (await EndOf(early, ExitCode.Terminated)).Should().Be(new Outcome(ExitCode.Terminated));

        var seeding = new FakeTransfer();
        seeding.Complete();
        var late = new TransferSession(Item, seeding, new GiveUpClock(new GiveUpLimits()), seedOnly: false);
        late.Stop();
        (await EndOf(late, ExitCode.Interrupted)).Should().Be(Outcome.Success);
    }

    [Fact]
    public async Task A_signal_while_only_a_part_is_seeded_is_no_success()
    {
        _transfer.Complete();
        TransferSession session = Session(seedOnly: true);
        session.Stop();
        (await EndOf(session, ExitCode.Interrupted)).Should().Be(new Outcome(ExitCode.Interrupted), "nothing is known to be there");
        _transfer.Snapshot = _transfer.Snapshot with { PiecesHave = 1, PiecesMissing = 1 };
        session.Verdict(ExitCode.Interrupted).Should().Be(new Outcome(ExitCode.Interrupted));
        _transfer.Snapshot = _transfer.Snapshot with { PiecesMissing = 0 };
        session.Verdict(ExitCode.Interrupted).Should().Be(Outcome.Success);
    }

    [Fact]
    public async Task The_disk_decides_the_code_of_a_failure()
    {
        _transfer.Fail(new StorageException(StorageError.DiskFull, "a.iso", "a.iso: no space left on device"));
        Outcome outcome = await EndOf(Session());
        (outcome.Code, outcome.Message).Should().Be((ExitCode.DiskFull, "a.iso: no space left on device"));
    }

    [Fact]
    public async Task Giving_up_stops_it_and_says_why()
    {
        TransferSession session = Session(new GiveUpClock(new GiveUpLimits { Stall = TimeSpan.FromSeconds(90) }));
        for (int second = 1; second < 90; second++)
            session.Tick(TimeSpan.FromSeconds(second));
        _transfer.StopCalls.Should().Be(0);
        session.Tick(TimeSpan.FromSeconds(90));
        session.Tick(TimeSpan.FromSeconds(91));
        _transfer.StopCalls.Should().Be(1);
        Outcome outcome = await EndOf(session);
        outcome.Code.Should().Be(ExitCode.NoPeer);
        outcome.Message.Should().StartWith("holiday: no usable peer in 1m30s");
    }

    [Fact]
    public async Task A_swarm_without_trackers_and_peers_is_hopeless_and_one_with_a_peer_is_not()
    {
        _transfer.Snapshot = _transfer.Snapshot with { EveryTrackerRefused = true, ConnectedPeers = 1 };
        TransferSession session = Session();
        session.Tick(TimeSpan.Zero);
        _transfer.StopCalls.Should().Be(0);
        _transfer.Snapshot = _transfer.Snapshot with { ConnectedPeers = 0 };
        session.Tick(TimeSpan.Zero);
        (await EndOf(session)).Code.Should().Be(ExitCode.TrackersRefused);
    }

    [Fact]
    public void Seeding_nothing_valid_is_bad_data()
    {
        Outcome outcome = Outcome.Of(new NothingToSeedException("here"), "holiday");
        outcome.Code.Should().Be(ExitCode.BadData);
        outcome.Message.Should().Contain("holiday").And.Contain("here").And.Contain("--data");
    }

    private static readonly TransferItem Item = new("holiday.torrent", new TestTorrent("holiday", 1, 16 * 1024).Metainfo, "here");

    private static async Task<Outcome> EndOf(TransferSession session, ExitCode? signal = null)
    {
        await session.Ended.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        return session.Verdict(signal);
    }

    private TransferSession Session(GiveUpClock? clock = null, bool seedOnly = false) =>
        new(Item, _transfer, clock ?? new GiveUpClock(new GiveUpLimits()), seedOnly);
}
