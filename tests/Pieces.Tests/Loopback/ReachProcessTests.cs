using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>The flags <c>--interface</c> and <c>--proxy</c> apply to every command that can reach the network.</summary>
[Trait("Tier", "Loopback")]
public sealed class ReachProcessTests : IDisposable
{
    private static readonly TestTorrent Torrent = new("film.bin", 64 * 1024, 16 * 1024);

    private readonly TempFolder _folder = new();

    /// <summary>All commands that can reach the network, with each kind of source. FILE, URL and LINK are placeholders.</summary>
    public static TheoryData<string> CommandLines =>
    [
        "download FILE", "download URL", "download LINK", "download URL --dry-run", "download LINK --dry-run",
        "seed FILE", "seed URL",
        "magnet FILE", "magnet URL", "magnet LINK",
        "show FILE", "show URL", "show FILE --scrape",
        "verify FILE", "verify URL",
        "share .",
        "tracker", "tracker --listen 127.0.0.1",
    ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [Contract("flag --interface", "exit 15")]
    [MemberData(nameof(CommandLines))]
    public async Task An_interface_that_is_not_there_ends_every_command_before_anything_is_sent(string line)
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("200 OK", Torrent.TorrentBytes);
        PiecesResult result = await RunAsync(line, server, "--interface", "nosuch0");
        result.ExitCode.Should().Be(15, result.StandardError);
        result.StandardError.Should().Be("pieces: --interface nosuch0: no such interface on this machine\n");
        result.StandardOutput.Should().BeEmpty();
        server.Targets.Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(CommandLines))]
    public async Task A_proxy_is_refused_by_every_command_before_anything_is_sent(string line)
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("200 OK", Torrent.TorrentBytes);
        PiecesResult result = await RunAsync(line, server, "--proxy", "socks5h://127.0.0.1:9");
        result.ExitCode.Should().Be(2, result.StandardError);
        result.StandardError.Should().StartWith("pieces: --proxy: not implemented yet").And.EndWith("\n");
        result.StandardOutput.Should().BeEmpty();
        server.Targets.Should().BeEmpty();
    }

    [Theory]
    [InlineData("show URL", 0)]
    [InlineData("show TRACKED --scrape", 0)]
    [InlineData("magnet URL", 0)]
    [InlineData("verify URL", 10)]
    [InlineData("download URL --dry-run", 0)]
    public async Task What_is_asked_of_a_server_comes_from_the_address_of_the_interface(string line, int code)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has all of 127.0.0.0/8 on this machine");
        byte[] infoHash = Convert.FromHexString(Torrent.Metainfo.InfoHash.ToString());
        byte[] scrape = [.. "d5:filesd20:"u8, .. infoHash, .. "d8:completei1e10:downloadedi2e10:incompletei3eeee"u8];
        var callers = new ConcurrentBag<IPAddress>();
        await using var server = new ScriptedHttpServer((target, stream, cancellationToken) =>
        {
            callers.Add(((IPEndPoint)((NetworkStream)stream).Socket.RemoteEndPoint!).Address);
            byte[] body = target.StartsWith("/scrape", StringComparison.Ordinal) ? scrape : Torrent.TorrentBytes;
            return ScriptedHttpServer.AnswerAsync(stream, "200 OK", body, "", cancellationToken);
        });
        PiecesResult result = await RunAsync(line, server, "--interface", "127.0.0.2");
        result.ExitCode.Should().Be(code, result.StandardError);
        callers.Distinct().Should().Equal(IPAddress.Parse("127.0.0.2"));
    }

    [Fact]
    public async Task A_tracker_listens_on_the_address_of_the_interface()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has all of 127.0.0.0/8 on this machine");
        await using PiecesProcess tracker = PiecesProcess.Start(["tracker", "--interface", "127.0.0.2", "-p", "0"]);
        (await tracker.FirstOutputLineAsync()).Should().StartWith("http://127.0.0.2:");
    }

    [Fact]
    public async Task A_tracker_that_is_to_listen_elsewhere_than_on_the_interface_is_refused()
    {
        PiecesResult result = await PiecesProcess.RunAsync("tracker", "--listen", "127.0.0.1", "--interface", "127.0.0.2", "-p", "0");
        result.ExitCode.Should().Be(2, result.StandardError);
        result.StandardError.Should().StartWith("pieces: --listen 127.0.0.1: ").And.Contain("--interface 127.0.0.2");
    }

    private async Task<PiecesResult> RunAsync(string line, ScriptedHttpServer server, params string[] more)
    {
        string announce = server.Url("/announce").ToString();
        byte[] tracked = [.. System.Text.Encoding.ASCII.GetBytes($"d8:announce{announce.Length}:{announce}"), .. Torrent.TorrentBytes.AsSpan(1)];
        string[] words = [.. line.Split(' ').Select(word => word switch
        {
            "FILE" => Torrent.WriteTorrent(_folder.Path),
            "TRACKED" => _folder.Write("tracked.torrent", tracked),
            "URL" => server.Url("/film.torrent").ToString(),
            "LINK" => $"magnet:?xt=urn:btih:{Torrent.Metainfo.InfoHash}&tr={Uri.EscapeDataString(announce)}",
            _ => word,
        })];
        await using PiecesProcess process = PiecesProcess.Start([.. words, .. more], workingDirectory: _folder.Path);
        return await process.WaitAsync();
    }
}
