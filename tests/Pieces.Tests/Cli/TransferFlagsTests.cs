using System.CommandLine;
using System.Net;
using Pieces.Cli.Commands;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Progress;
using Pieces.Cli.Sources;
using Pieces.Net;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class TransferFlagsTests
{
    private readonly Command _command = new("download");
    private readonly DownloadFlags _files = new();
    private readonly SwarmFlags _swarm = new();
    private readonly ReachFlags _reach = new();
    private readonly SeedGoalFlags _goals = new(withSwitch: true);
    private readonly ProgressFlag _progress = new();

    public TransferFlagsTests()
    {
        _files.AddTo(_command);
        _swarm.AddTo(_command);
        _reach.AddTo(_command);
        _goals.AddTo(_command);
        _progress.AddTo(_command);
    }

    [Fact]
    public void Without_flags_every_value_is_the_default()
    {
        TorrentOptions options = OptionsOf(string.Empty);
        options.Should().BeEquivalentTo(new TorrentOptions());
        TorrentClientOptions client = ClientOf(string.Empty);
        client.FirstPort.Should().Be(6881);
        client.LastPort.Should().Be(6999);
        client.Binding.Should().BeNull();
        client.DownloadLimit.IsUnlimited.Should().BeTrue();
        client.UploadLimit.IsUnlimited.Should().BeTrue();
        _progress.Of(Parse(string.Empty)).Should().Be(ProgressStyle.Auto);
        _files.StallTimeoutOf(Parse(string.Empty)).Should().BeNull();
        _files.DeadlineOf(Parse(string.Empty)).Should().BeNull();
    }

    [Theory]
    [InlineData("-o there")]
    [InlineData("--output there")]
    [InlineData("--output=there")]
    [InlineData("-d there")]
    [InlineData("--dir there")]
    public void The_folder_has_two_names(string line) => OptionsOf(line).OutputDirectory.Should().Be("there");

    [Fact]
    public void A_hyphen_is_no_folder_but_the_content_on_stdout()
    {
        OptionsOf("-o -").OutputDirectory.Should().Be(".");
        _files.IsStream(Parse("-o -")).Should().BeTrue();
        _files.IsStream(Parse("-o ./-")).Should().BeFalse();
        _files.IsStream(Parse(string.Empty)).Should().BeFalse();
    }

    [Theory]
    [InlineData("--order in-order", PieceOrder.InOrder)]
    [InlineData("--order rarest-first", PieceOrder.RarestFirst)]
    public void The_order(string line, PieceOrder order) => OptionsOf(line).Order.Should().Be(order);

    [Theory]
    [InlineData("--prealloc none", Preallocation.None)]
    [InlineData("--prealloc sparse", Preallocation.Sparse)]
    [InlineData("--prealloc full", Preallocation.Full)]
    public void The_preallocation(string line, Preallocation preallocation) => OptionsOf(line).Preallocation.Should().Be(preallocation);

    [Fact]
    public void Switches()
    {
        OptionsOf("--overwrite").Overwrite.Should().BeTrue();
        OptionsOf("--portable-names").PortableNames.Should().BeTrue();
        OptionsOf("--paranoid").Paranoid.Should().BeTrue();
        OptionsOf("--no-trackers").UseTrackers.Should().BeFalse();
        Parse("--no-dht --no-pex --no-lsd").Errors.Should().BeEmpty();
    }

    [Fact]
    public void Seeding_is_asked_for_by_the_switch_or_implied_by_a_goal()
    {
        OptionsOf(string.Empty).Seed.Should().BeNull();
        OptionsOf("--seed").Seed.Should().Be(new SeedGoals());
        OptionsOf("--seed-ratio 1.5").Seed.Should().Be(new SeedGoals { Ratio = 1.5 });
        OptionsOf("--seed-time 2h").Seed.Should().Be(new SeedGoals { Time = TimeSpan.FromHours(2) });
        OptionsOf("--seed-idle 90s --seed").Seed.Should().Be(new SeedGoals { Idle = TimeSpan.FromSeconds(90) });
    }

    [Fact]
    public void The_seed_command_seeds_without_being_asked()
    {
        var goals = new SeedGoalFlags(withSwitch: false);
        var command = new Command("seed");
        goals.AddTo(command);
        goals.Apply(command.Parse([]), new TorrentOptions()).Seed.Should().Be(new SeedGoals());
    }

    [Fact]
    public void Limits_and_ports_concern_all_torrents()
    {
        TorrentClientOptions client = ClientOf("--down-limit 2M --up-limit=500K -p 7000-7010");
        client.DownloadLimit.BytesPerSecond.Should().Be(2 * 1024 * 1024);
        client.UploadLimit.BytesPerSecond.Should().Be(500 * 1024);
        (client.FirstPort, client.LastPort).Should().Be((7000, 7010));
    }

    [Fact]
    public void Peers_and_trackers_may_be_given_again()
    {
        TorrentOptions options = OptionsOf(
            "--peer 192.0.2.1:1 --tracker http://a.example/ --peer seed.example:2 --tracker udp://b.example:3 --max-peers 7");
        options.Peers.Should().Equal(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1), new DnsEndPoint("seed.example", 2));
        options.ExtraTrackers.Should().Equal("http://a.example/", "udp://b.example:3");
        options.MaxPeers.Should().Be(7);
    }

    [Fact]
    public void An_address_of_this_machine_can_be_bound_to() =>
        ClientOf("--interface 127.0.0.1").Binding.Should().Be(new LocalBinding(IPAddress.Loopback));

    [Theory]
    [InlineData("--interface no-such-interface")]
    [InlineData("--interface 192.0.2.123")]
    public void An_interface_that_is_not_there_has_a_code_of_its_own(string line) =>
        FluentActions.Invoking(() => ClientOf(line)).Should().Throw<FailureException>().Which.Code.Should().Be(ExitCode.InterfaceGone);

    [Fact]
    public void The_two_clocks()
    {
        _files.StallTimeoutOf(Parse("--stall-timeout 90s")).Should().Be(TimeSpan.FromSeconds(90));
        _files.DeadlineOf(Parse("--deadline 1h")).Should().Be(TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData("--progress bar", ProgressStyle.Bar)]
    [InlineData("--progress plain", ProgressStyle.Plain)]
    [InlineData("--progress none", ProgressStyle.None)]
    [InlineData("--progress auto", ProgressStyle.Auto)]
    public void The_display(string line, object style) => _progress.Of(Parse(line)).Should().Be((ProgressStyle)style);

    [Theory]
    [InlineData("--order sideways")]
    [InlineData("--prealloc some")]
    [InlineData("--progress loud")]
    [InlineData("--port 70000")]
    [InlineData("--max-peers 0")]
    [InlineData("--max-peers -3")]
    [InlineData("--seed-ratio x")]
    [InlineData("--stall-timeout 0")]
    [InlineData("--deadline soon")]
    [InlineData("--down-limit fast")]
    [InlineData("--peer nowhere")]
    [InlineData("--tracker gopher://t.example")]
    public void A_bad_value_names_its_flag(string line) =>
        Parse(line).Errors.Should().ContainSingle().Which.Message.Should().StartWith(line.Split(' ')[0] + ": ");

    private ParseResult Parse(string line) => _command.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private TorrentClientOptions ClientOf(string line)
    {
        ParseResult parse = Parse(line);
        return ClientSetup.Create(_swarm.Read(parse), NetworkReach.Open(_reach.Read(parse)), isOneShot: true);
    }

    private TorrentOptions OptionsOf(string line)
    {
        ParseResult parse = Parse(line);
        parse.Errors.Should().BeEmpty();
        return _files.Apply(parse, _swarm.Read(parse).Apply(_goals.Apply(parse, new TorrentOptions())));
    }
}
