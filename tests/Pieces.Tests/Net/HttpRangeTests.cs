using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Net.Http;
using Pieces.Tests.Support;

namespace Pieces.Tests.Net;

/// <summary>Range requests, whose bodies are read as they arrive.</summary>
[Trait("Tier", "Loopback")]
public class HttpRangeTests
{
    private const string Content = "0123456789abcdefghij";

    private const string Head = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 3-7/20\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_range_is_requested_and_read_to_its_last_byte()
    {
        await using ScriptedHttpServer server = Part("bytes 3-7/20", "34567");
        using HttpFetcher fetcher = Fetcher();
        using HttpRange range = await fetcher.GetRangeAsync(server.Url("/f"), "", 3, 7, Token);
        (range.IsWhole, range.TotalLength).Should().Be((false, 20L));
        (await ReadAsync(range)).Should().Be("34567");
        string head = server.Heads.Should().ContainSingle().Subject;
        head.Should().Contain("Range: bytes=3-7\r\n").And.Contain("Accept-Encoding: identity\r\n");
    }

    [Fact]
    public async Task An_unknown_total_length_is_accepted()
    {
        await using ScriptedHttpServer server = Part("bytes 3-7/*", "34567");
        using HttpFetcher fetcher = Fetcher();
        using HttpRange range = await fetcher.GetRangeAsync(server.Url("/f"), "", 3, 7, Token);
        range.TotalLength.Should().BeNull();
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_gives_the_whole_and_says_so()
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("200 OK", Encoding.ASCII.GetBytes(Content));
        using HttpFetcher fetcher = Fetcher();
        using HttpRange range = await fetcher.GetRangeAsync(server.Url("/f"), "", 3, 7, Token);
        (range.IsWhole, range.TotalLength).Should().Be((true, Content.Length));
        (await ReadAsync(range)).Should().Be(Content);
    }

    [Theory]
    [InlineData("bytes 2-7/20", "234567", "sent bytes 2 to 7, not 3 to 7")]
    [InlineData("bytes 3-6/20", "3456", "sent bytes 3 to 6, not 3 to 7")]
    [InlineData("bytes 3-8/20", "345678", "sent bytes 3 to 8, not 3 to 7")]
    [InlineData("bytes 3-7/20", "345", "sent 3 bytes, not 5")]
    [InlineData("bytes 3-7/20", "34567890", "sent 8 bytes, not 5")]
    [InlineData("bytes */20", "34567", "sent a partial response without a valid range")]
    [InlineData("items 3-7/20", "34567", "sent a partial response without a valid range")]
    [InlineData(null, "34567", "sent a partial response without a valid range")]
    public async Task Another_range_than_the_one_that_was_requested_is_refused(string? contentRange, string body, string reason)
    {
        await using ScriptedHttpServer server = Part(contentRange, body);
        (await FailAsync(server)).Message.Should().Be(reason);
    }

    [Theory]
    [InlineData("416 Range Not Satisfiable", HttpStatusCode.RequestedRangeNotSatisfiable)]
    [InlineData("404 Not Found", HttpStatusCode.NotFound)]
    [InlineData("503 Service Unavailable", HttpStatusCode.ServiceUnavailable)]
    [InlineData("204 No Content", HttpStatusCode.NoContent)]
    public async Task Another_status_is_told_by_its_number(string status, HttpStatusCode code)
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering(status, default);
        HttpFetchException failure = await FailAsync(server);
        (failure.Status, failure.Message).Should().Be((code, $"responded with {(int)code}"));
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        await using ScriptedHttpServer server = Part("bytes 3-7/20", "34567", "Content-Encoding: gzip\r\n");
        (await FailAsync(server)).Message.Should().Be("compressed the response although that was not requested");
    }

    [Fact]
    public async Task More_than_was_requested_is_not_read()
    {
        await using var server = new ScriptedHttpServer(async (_, stream, cancellationToken) =>
        {
            await WriteAsync(stream, Head + "Connection: close\r\n\r\n3456789abc", cancellationToken);
        });
        using HttpFetcher fetcher = Fetcher();
        using HttpRange range = await fetcher.GetRangeAsync(server.Url("/f"), "", 3, 7, Token);
        (await ReadAsync(range)).Should().Be("34567");
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n")]
    [InlineData("")]
    public async Task What_ends_too_early_is_a_failure_after_what_came(string length)
    {
        await using var server = new ScriptedHttpServer(async (_, stream, cancellationToken) =>
        {
            await WriteAsync(stream, $"{Head}{length}Connection: close\r\n\r\n345", cancellationToken);
        });
        using HttpFetcher fetcher = Fetcher();
        using HttpRange range = await fetcher.GetRangeAsync(server.Url("/f"), "", 3, 7, Token);
        var got = new StringBuilder();
        (await FluentActions.Awaiting(() => ReadAsync(range, got)).Should().ThrowAsync<HttpFetchException>())
            .WithMessage("the connection was closed before the end of the response");
        got.ToString().Should().Be("345");
    }

    [Fact]
    public async Task A_body_that_stops_coming_is_given_up_after_the_idle_time()
    {
        var time = new FakeTimeProvider();
        await using var server = new ScriptedHttpServer(async (_, stream, cancellationToken) =>
        {
            await WriteAsync(stream, Head + "Content-Length: 5\r\n\r\n345", cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        });
        using HttpFetcher fetcher = Fetcher(new HttpFetchOptions { TimeProvider = time });
        using HttpRange range = await fetcher.GetRangeAsync(server.Url("/f"), "", 3, 7, Token);
        var got = new StringBuilder();
        Task reading = ReadAsync(range, got);

        await time.AdvanceUntilAsync(() => reading.IsCompleted, TimeSpan.FromSeconds(1), Token);
        (await reading.Awaiting(task => task).Should().ThrowAsync<HttpFetchException>()).WithMessage("sent nothing for 20 s");
    }

    [Fact]
    public async Task Headers_that_do_not_come_are_given_up_after_the_timeout()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        await using var server = new ScriptedHttpServer(async (_, _, cancellationToken) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        });
        using HttpFetcher fetcher = Fetcher(new HttpFetchOptions { TimeProvider = time, Timeout = TimeSpan.FromSeconds(7) });
        Task<HttpRange> requesting = fetcher.GetRangeAsync(server.Url("/f"), "", 3, 7, Token);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        time.Advance(TimeSpan.FromSeconds(7));
        (await requesting.Awaiting(task => task).Should().ThrowAsync<HttpFetchException>()).WithMessage("no complete response within 7 s");
    }

    [Fact]
    public async Task A_redirect_keeps_the_range_and_not_the_credentials()
    {
        await using ScriptedHttpServer there = Part("bytes 3-7/20", "34567");
        await using ScriptedHttpServer here = ScriptedHttpServer.Answering("302 Found", default, $"Location: {there.Url("/g")}\r\n");
        using HttpFetcher fetcher = Fetcher();
        using HttpRange range = await fetcher.GetRangeAsync(here.Url("/f"), "name:word", 3, 7, Token);
        (await ReadAsync(range)).Should().Be("34567");
        here.Heads.Should().ContainSingle().Which.Should().Contain("Authorization: Basic bmFtZTp3b3Jk\r\n");
        there.Heads.Should().ContainSingle().Which.Should().Contain("Range: bytes=3-7\r\n").And.NotContain("Authorization");
    }

    [Fact]
    public async Task The_caller_can_give_up_within_the_body()
    {
        await using var server = new ScriptedHttpServer(async (_, stream, cancellationToken) =>
        {
            await WriteAsync(stream, Head + "Content-Length: 5\r\n\r\n", cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        });
        using HttpFetcher fetcher = Fetcher();
        using HttpRange range = await fetcher.GetRangeAsync(server.Url("/f"), "", 3, 7, Token);
        using var givingUp = new CancellationTokenSource();
        ValueTask<int> reading = range.ReadAsync(new byte[10], givingUp.Token);
        await givingUp.CancelAsync();
        await FluentActions.Awaiting(async () => await reading).Should().ThrowAsync<OperationCanceledException>();
    }

    private static HttpFetcher Fetcher(HttpFetchOptions? options = null) => new(new Outbound(), options ?? new HttpFetchOptions());

    private static ScriptedHttpServer Part(string? contentRange, string body, string headers = "") => ScriptedHttpServer.Answering(
        "206 Partial Content", Encoding.ASCII.GetBytes(body), (contentRange is null ? "" : $"Content-Range: {contentRange}\r\n") + headers);

    private static async Task<HttpFetchException> FailAsync(ScriptedHttpServer server)
    {
        using HttpFetcher fetcher = Fetcher();
        return (await fetcher.Awaiting(it => it.GetRangeAsync(server.Url("/f"), "", 3, 7, Token)).Should().ThrowAsync<HttpFetchException>()).Which;
    }

    private static async Task WriteAsync(Stream stream, string text, CancellationToken cancellationToken) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);

    private static async Task<string> ReadAsync(HttpRange range)
    {
        var got = new StringBuilder();
        await ReadAsync(range, got);
        return got.ToString();
    }

    private static async Task ReadAsync(HttpRange range, StringBuilder got)
    {
        byte[] buffer = new byte[2];
        int read;
        while ((read = await range.ReadAsync(buffer, Token)) > 0)
            got.Append(Encoding.ASCII.GetString(buffer, 0, read));
    }
}
