using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>The reasons why the program gives up, each with its exit code and message, and the messages of a successful run.</summary>
[Trait("Tier", "Loopback")]
public class GiveUpProcessTests
{
    private const int MiB = 1024 * 1024;

    private static readonly TestTorrent Torrent = new("film.bin", 2 * MiB, 64 * 1024);

    [Fact]
    [Contract("exit 5", "flag --stall-timeout")]
    public async Task Without_any_peer_it_is_5()
    {
        using var folder = new TempFolder();
        await ShouldEndAsync(5, "no usable peer in 1s", Command(folder, "--no-trackers", "--stall-timeout", "1s"));
    }

    [Fact]
    [Contract("exit 6", "exit-6 stalled")]
    public async Task After_some_contact_it_is_6()
    {
        using var folder = new TempFolder();
        var other = new TestTorrent("film.bin", 2 * MiB, 64 * 1024);
        await using var slow = new RecordingSeeder(other, 1);
        await ShouldEndAsync(6, "no data was received for 10s", Command(folder, "--no-trackers", "--peer", slow.Address, "--stall-timeout", "10s"));
    }

    [Fact]
    [Contract("exit 7", "flag --deadline")]
    public async Task After_the_deadline_it_is_7_and_what_came_is_kept()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent, 256 * 1024);
        await ShouldEndAsync(7, "not complete after 2s", Command(folder, "--no-trackers", "--peer", seeder.Address, "--deadline", "2s"));
        File.Exists(folder["out/.film.bin.pieces/state"]).Should().BeTrue();
    }

    [Fact]
    [Contract("exit 16")]
    public async Task When_every_tracker_refused_it_is_16()
    {
        using var folder = new TempFolder();
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", "d14:failure reason12:unregisterede"u8.ToArray());
        string url = tracker.Url("/announce").ToString();
        await ShouldEndAsync(16, "every tracker refused", Command(folder, "--tracker", url));
        string[] withDht = ["--tracker", url, "--dht-bootstrap", "127.0.0.1:9", "--stall-timeout", "3s"];
        await ShouldEndAsync(5, "no usable peer in 3s", Command(folder, withDht));
    }

    [Fact]
    [Contract("stream product-alone-on-stdout", "port zero-is-any")]
    public async Task A_last_line_says_what_was_done_and_v_says_before_what_will_be()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", "d8:intervali1800e5:peers0:e"u8.ToArray());
        PiecesResult result = await PiecesProcess.RunAsync(
            [
                .. Command(folder, "--peer", seeder.Address, "--tracker", tracker.Url("/0123456789abcdef0123/announce").ToString())[..^1],
                "-v", "--progress", "plain"
            ]);
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Should().MatchRegex(
            @"film\.bin: complete, 2\.0 MiB in \d+s; 2\.0 MiB received at [0-9.]+ [KM]iB/s, 0 B uploaded, ratio 0\.00\n");
        result.StandardError.Should().MatchRegex(@"film\.bin: downloading into \S+; listening on port \d+, bound to 127\.0\.0\.1\n")
            .And.Contain($"film.bin: trackers: {tracker.Url("/***/announce")}; 1 peer specified manually\n");
        result.StandardOutput.Should().BeEmpty();
    }

    private static string[] Command(TempFolder folder, params string[] more) =>
        [
            "download", Torrent.WriteTorrent(folder.Path), "-o", folder["out"], "--interface", "127.0.0.1", "-p", "0",
            more.Contains("--dht-bootstrap") ? "--no-pex" : "--no-dht", .. more, "-q",
        ];

    private static async Task ShouldEndAsync(int code, string says, string[] command)
    {
        PiecesResult result = await PiecesProcess.RunAsync(command);
        result.ExitCode.Should().Be(code, result.StandardError);
        result.StandardError.Should().StartWith("pieces: film.bin: ").And.Contain(says).And.MatchRegex("^[^\n]*\n$", "it is one line");
    }
}
