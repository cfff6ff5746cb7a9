using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pieces.Tests.Loopback;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Contract;

/// <summary>Flags about peers, trackers, ports and rates, each tested by its effect.</summary>
[LongChain(Seconds = 40)]
[Trait("Tier", "Loopback")]
public sealed class ContractNetworkFlagTests : IDisposable
{
    private const int KiB = 1024;

    private static readonly TestTorrent Torrent = new("film.bin", 1024 * KiB, 16 * KiB);

    private readonly TempFolder _folder = new();

    [Fact]
    [Contract("flag --peer", "repeat --peer", "event progress peers")]
    public async Task Each_peer_given_by_hand_is_dialled()
    {
        await using RecordingSeeder one = new(Torrent, 64 * KiB), two = new(Torrent, 64 * KiB);
        await using PiecesProcess process = PiecesProcess.Start(Download("--no-trackers", "--peer", one.Address, "--peer", two.Address, "--json"));
        await process.WaitForOutputTextAsync("\"peers\":2");
        (one.Callers.Length > 0, two.Callers.Length > 0).Should().Be((true, true));
    }

    [Fact]
    [Contract("flag --max-peers", "flag --peer")]
    public async Task No_more_peers_are_connected_than_may_be()
    {
        await using RecordingSeeder one = new(Torrent, 512 * KiB), two = new(Torrent, 512 * KiB), three = new(Torrent, 512 * KiB);
        PiecesResult result = await PiecesProcess.RunAsync(
            Download("--no-trackers", "--peer", one.Address, "--peer", two.Address, "--peer", three.Address, "--max-peers", "1", "--json"));
        result.ExitCode.Should().Be(0);
        int connected = 0, most = 0;
        foreach (JsonObject peer in EventLines.Parse(result.StandardOutput).Of("peer"))
        {
            connected += peer.Text("state") == "connected" ? 1 : -1;
            most = Math.Max(most, connected);
        }

        most.Should().Be(1);
    }

    [Fact]
    [Contract("flag --tracker", "repeat --tracker")]
    public async Task Each_tracker_that_is_added_is_asked()
    {
        await using ScriptedHttpServer own = Tracker(), one = Tracker(), two = Tracker();
        await using PiecesProcess process = PiecesProcess.Start(
            ["download", WithTracker(own), .. More("--tracker", Url(one), "--tracker", Url(two), "--json")]);
        await process.WaitForOutputAsync("three trackers", said => said.Split("\"tracker\"").Length > 3);
        ((ScriptedHttpServer[])[own, one, two]).Should().OnlyContain(tracker => tracker.Targets.Count > 0);
    }

    [Fact]
    [Contract("flag --no-trackers", "exit 5")]
    public async Task Without_trackers_none_is_asked()
    {
        await using ScriptedHttpServer own = Tracker(), added = Tracker();
        PiecesResult result = await PiecesProcess.RunAsync(
            ["download", WithTracker(own), .. More("--tracker", Url(added), "--no-trackers", "--stall-timeout", "1s")]);
        result.ExitCode.Should().Be(5);
        own.Targets.Concat(added.Targets).Should().BeEmpty();
    }

    [Theory]
    [InlineData("-p")]
    [InlineData("--port")]
    [Contract("flag {-p,--port}", "flag --port {N,N-M}", "port first-free")]
    public async Task The_first_free_port_of_a_range_is_listened_on(string flag)
    {
        await using var other = new RecordingSeeder(Torrent);
        int taken = int.Parse(other.Address.Split(':')[1], CultureInfo.InvariantCulture);
        int free = FreePort.Find();
        (await ListenPortAsync(flag, $"{free}")).Should().Be(free);
        (await ListenPortAsync(flag, $"{Math.Min(taken, 65_500)}-{Math.Min(taken, 65_500) + 30}")).Should().BeInRange(taken - 30, taken + 30)
            .And.NotBe(taken);
    }

    [Fact]
    [Contract("port {default-range,zero-is-any}")]
    public async Task Without_a_port_it_is_one_of_the_usual_and_zero_is_any()
    {
        (await ListenPortAsync()).Should().BeInRange(6881, 6999);
        (await ListenPortAsync("-p", "0")).Should().BePositive();
    }

    [Fact]
    [Contract("flag --interface", "flag --interface NAME")]
    public async Task An_interface_may_be_given_by_its_name()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("it has this name on Linux");
        await using var seeder = new RecordingSeeder(Torrent);
        PiecesResult result = await PiecesProcess.RunAsync(
            "download", Torrent.WriteTorrent(_folder.Path), "-o", _folder["out"], "-p", "0", "--no-trackers",
            "--peer", seeder.Address, "--interface", "lo", "-v", "--progress", "plain", "--deadline", "50s");
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Should().Contain(", bound to lo\n");
    }

    [Theory]
    [InlineData("262144")]
    [InlineData("256K")]
    [InlineData("0.25M")]
    [InlineData("0.000244140625G")]
    [Contract("flag --down-limit", "rate {bytes,K,M,G}")]
    public async Task A_download_comes_no_faster_than_its_limit(string rate)
    {
        await using var seeder = new RecordingSeeder(Torrent);
        long began = Stopwatch.GetTimestamp();
        PiecesResult result = await PiecesProcess.RunAsync(Download("--no-trackers", "--peer", seeder.Address, "--down-limit", rate));
        result.ExitCode.Should().Be(0, result.StandardError);
        Stopwatch.GetElapsedTime(began).Should().BeGreaterThan(
            TimeSpan.FromSeconds(2), "it is a MiB at a quarter of a MiB a second, after a first burst");
    }

    [Theory]
    [InlineData("262144")]
    [InlineData("256K")]
    [Contract("flag --up-limit", "event progress {uploaded,up_rate}", "event complete uploaded")]
    public async Task A_seed_gives_no_faster_than_its_limit(string rate)
    {
        Torrent.WriteContent(_folder["data"]);
        string path = Torrent.WriteTorrent(_folder.Path), port = $"{FreePort.Find()}";
        await using PiecesProcess seed = PiecesProcess.Start(
            PiecesCommand.Seed(path, _folder["data"], "-p", port, "--up-limit", rate, "--seed-ratio", "1", "--json"));
        await seed.WaitForOutputTextAsync("\"progress\"");
        long began = Stopwatch.GetTimestamp();
        PiecesResult result = await PiecesProcess.RunAsync(PiecesCommand.DownloadFrom($"127.0.0.1:{port}", path, _folder["out"]));
        result.ExitCode.Should().Be(0, result.StandardError);
        Stopwatch.GetElapsedTime(began).Should().BeGreaterThan(TimeSpan.FromSeconds(2));
        IReadOnlyList<JsonObject> told = EventLines.Parse((await seed.WaitAsync()).StandardOutput);
        told.Of("progress").Select(e => e.Number("uploaded")).Should().BeInAscendingOrder().And.Contain(uploaded => uploaded > 0);
        told.Of("progress").Should().Contain(e => e.Number("up_rate") > 0);
        told.Of("complete").Should().OnlyContain(e => e.Number("uploaded") == 0, "it was complete before anybody came");
    }

    public void Dispose() => _folder.Dispose();

    private static ScriptedHttpServer Tracker() => ScriptedHttpServer.Answering("200 OK", "d8:intervali1800e5:peers0:e"u8.ToArray());

    private static string Url(ScriptedHttpServer tracker) => tracker.Url("/announce").ToString();

    private string[] Download(params string[] more) => ["download", Torrent.WriteTorrent(_folder.Path), .. More(more)];

    private string[] More(params string[] more) => ["-o", _folder["out"], "--interface", "127.0.0.1", "-p", "0", "--deadline", "50s", .. more];

    private string WithTracker(ScriptedHttpServer tracker)
    {
        string text = $"d8:announce{Url(tracker).Length}:{Url(tracker)}";
        return _folder.Write("own.torrent", [.. System.Text.Encoding.ASCII.GetBytes(text), .. Torrent.TorrentBytes.AsSpan(1)]);
    }

    // All data exists, so the run ends at once.
    private async Task<int> ListenPortAsync(params string[] port)
    {
        Torrent.WriteContent(_folder["all"]);
        PiecesResult result = await PiecesProcess.RunAsync(
            ["download", Torrent.WriteTorrent(_folder.Path), "-o", _folder["all"], "--no-trackers", "--interface", "127.0.0.1", "-v", .. port]);
        result.ExitCode.Should().Be(0, result.StandardError);
        return int.Parse(Regex.Match(result.StandardError, @"listening on port (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }
}
