using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pieces.Cli.Terminal;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>
/// Starts and ends the program in every way, and records the stacks of a process that outlives its limit. <c>make exits COUNT=N</c> runs each way N
/// times; otherwise it is a small sample.
/// </summary>
[Trait("Tier", "Loopback")]
public sealed class ExitTests : IAsyncDisposable
{
    private const string CountVariable = "PIECES_EXITS";
    private const int SampleCount = 2;
    private const int PieceLength = 16 * 1024;

    // The limit of the program, and 15 s for a busy machine.
    private static readonly TimeSpan Limit = LastPhase.Patience + LastWords.Limit + TimeSpan.FromSeconds(15);

    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(45);

    private static readonly TestTorrent Torrent = new("film.bin", 20 * PieceLength, PieceLength);

    private readonly TempFolder _folder = new();
    private readonly RecordingSeeder _seeder = new(Torrent);
    private readonly SilentServer _silent = new();
    private readonly FullBacklog _blackHole = new();
    private readonly string _torrent;
    private int _runs;

    public ExitTests()
    {
        _torrent = Torrent.WriteTorrent(_folder.Path);
        Torrent.WriteContent(_folder["done"]);
    }

    /// <summary>The ways in which a run ends, and the expected exit codes of each.</summary>
    public static TheoryData<string, int[]> Ways => new()
    {
        { "complete", [0] },
        { "complete-at-once", [0] },
        { "interrupted", [130, 0] },
        { "terminated-at-start", [143, 0, -15] },
        { "refused-flag", [2] },
        { "refused-source", [3] },
        { "reader-gone", [141] },
        { "reader-of-events-gone", [141, 0] },
        { "dial-in-progress", [130] },
        { "silent-tracker", [130] },
        { "silent-tracker-deadline", [7] },
        { "name-that-is-not-there", [7] },
        { "seed-interrupted", [0, 130] },
        { "share-interrupted", [0] },
        { "tracker-interrupted", [0] },
        { "magnet-interrupted", [130] },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_run_ends_within_its_limit_and_with_its_code(string way, int[] codes)
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable(CountVariable), out int asked) ? asked : SampleCount;
        // The processes mostly wait, so more of them than processors can run in parallel.
        int atOnce = count > SampleCount ? Environment.ProcessorCount * 6 : 1;
        var random = new Random(way.Length);
        int[] pauses = [.. Enumerable.Range(0, count).Select(_ => random.Next(400))];
        await Parallel.ForEachAsync(
            pauses,
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (pause, cancellationToken) => await RunAsync(way, codes, TimeSpan.FromMilliseconds(pause), cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _seeder.DisposeAsync();
        _silent.Dispose();
        _blackHole.Dispose();
        _folder.Dispose();
    }

    private async Task RunAsync(string way, int[] codes, TimeSpan pause, CancellationToken cancellationToken)
    {
        string output = _folder[string.Create(CultureInfo.InvariantCulture, $"out-{way}-{Interlocked.Increment(ref _runs)}")];
        await using PiecesProcess process = PiecesProcess.Start(CommandOf(way, output), workingDirectory: _folder.Path, shell: ShellOf(way));
        Task<PiecesResult> ending = process.WaitAsync();
        TimeSpan limit = LongestRun;
        if (SignalOf(way) is { } signal)
        {
            await UntilUnderWayAsync(way, process, cancellationToken);
            await Task.WhenAny(ending, Task.Delay(pause, cancellationToken));
            if (!ending.IsCompleted)
                await process.SignalAsync(signal);
            limit = Limit;
        }

        await Task.WhenAny(ending, Task.Delay(limit, cancellationToken));
        if (!ending.IsCompleted)
            Assert.Fail($"{way}: not over after {limit}\n{await StackKeeper.DescribeAsync(process.Id, cancellationToken)}");
        PiecesResult result = await ending;
        codes.Should().Contain(result.ExitCode, "{0}: {1}", way, result.StandardError);
        if (Directory.Exists(output))
            Directory.Delete(output, recursive: true);
    }

    private string[] CommandOf(string way, string output) => way switch
    {
        "complete" => PiecesCommand.DownloadFrom(_seeder.Address, _torrent, output),
        "complete-at-once" => PiecesCommand.DownloadFrom(_blackHole.Address, _torrent, _folder["done"], "--json"),
        "refused-flag" => ["download", _torrent, "--no-such-flag"],
        "refused-source" => PiecesCommand.Download(_folder["nowhere.torrent"], output),
        "reader-gone" =>
        [
            "download", _torrent, "-o", "-", "--no-trackers", "--no-dht", "--no-lsd", "--interface", "127.0.0.1", "-p", "0", "--peer",
            _seeder.Address
        ],
        "reader-of-events-gone" => PiecesCommand.DownloadFrom(_seeder.Address, _torrent, output, "--json"),
        "silent-tracker" or "interrupted" or "terminated-at-start" =>
            PiecesCommand.Download(_torrent, output, "--tracker", _silent.HttpUrl, "--tracker", _silent.UdpUrl, "--no-lsd"),
        "silent-tracker-deadline" =>
            WithDeadline(PiecesCommand.Download(_torrent, output, "--tracker", _silent.HttpUrl, "--no-lsd")),
        "name-that-is-not-there" => WithDeadline(PiecesCommand.DownloadFrom("nosuch.invalid:6881", _torrent, output, "--no-lsd")),
        "seed-interrupted" => PiecesCommand.Seed(_torrent, _folder["done"], "-p", "0", "--no-lsd"),
        "share-interrupted" => ["share", _folder["done/film.bin"], "--interface", "127.0.0.1", "-p", "0"],
        "tracker-interrupted" => ["tracker", "-p", "0"],
        "magnet-interrupted" =>
        [
            "magnet", $"magnet:?xt=urn:btih:{Torrent.Metainfo.InfoHash}&tr={Uri.EscapeDataString(_silent.HttpUrl)}", "-o", output, "--no-dht",
            "--no-lsd", "-p", "0",
            "--peer", _blackHole.Address, "--interface", "127.0.0.1",
        ],
        _ => PiecesCommand.DownloadFrom(_blackHole.Address, _torrent, output, "--no-lsd"),
    };

    private static string[] WithDeadline(string[] command) => [.. command.Select(word => word == "50s" ? "1s" : word)];

    // The reader closes the pipe after the first bytes. Its exit code is not that of the pipeline.
    private static string? ShellOf(string way) => way.StartsWith("reader-", StringComparison.Ordinal) ? "exec 1> >(head -c 100 > /dev/null)" : null;

    private static string? SignalOf(string way) => way switch
    {
        "terminated-at-start" => "TERM",
        "interrupted" or "dial-in-progress" or "silent-tracker" or "seed-interrupted" or "share-interrupted" or "tracker-interrupted"
            or "magnet-interrupted" => "INT",
        _ => null,
    };

    // Waits until the program has begun the operation to interrupt. In one way, the program is interrupted while it starts.
    private async Task UntilUnderWayAsync(string way, PiecesProcess process, CancellationToken cancellationToken)
    {
        switch (way)
        {
            case "terminated-at-start":
                break;
            case "silent-tracker" or "magnet-interrupted" or "interrupted":
                await _silent.UntilAskedAsync(cancellationToken);
                break;
            case "share-interrupted" or "tracker-interrupted":
                await process.FirstOutputLineAsync();
                break;
            case "seed-interrupted":
                await process.WaitForErrorTextAsync("seeding 100");
                break;
            default:
                await process.WaitForErrorTextAsync("film.bin");
                break;
        }
    }

    /// <summary>A server that accepts every connection and every datagram, and never responds.</summary>
    private sealed class SilentServer : IDisposable
    {
        private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly SemaphoreSlim _asked = new(0);
        private readonly System.Collections.Concurrent.ConcurrentBag<Socket> _connections = [];

        public SilentServer()
        {
            _tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _tcp.Listen(100);
            _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _ = AcceptAsync();
        }

        public string HttpUrl => $"http://{_tcp.LocalEndPoint}/announce";

        public string UdpUrl => $"udp://{_udp.LocalEndPoint}/announce";

        public Task UntilAskedAsync(CancellationToken cancellationToken) => _asked.WaitAsync(cancellationToken);

        public void Dispose()
        {
            _tcp.Dispose();
            _udp.Dispose();
            foreach (Socket connection in _connections)
                connection.Dispose();
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _connections.Add(await _tcp.AcceptAsync());
                    _asked.Release();
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }

    /// <summary>An address at which a connection attempt never completes: no connection is accepted, and the accept queue is full.</summary>
    private sealed class FullBacklog : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _waiting = [];

        public FullBacklog()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(0);
            for (int i = 0; i < 4; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                _waiting.Add(socket);
                try
                {
                    socket.Connect(_listener.LocalEndPoint!);
                }
                catch (SocketException)
                {
                    // The connection is waiting in the queue, or will wait forever.
                }
            }
        }

        public string Address => _listener.LocalEndPoint!.ToString()!;

        public void Dispose()
        {
            _waiting.ForEach(socket => socket.Dispose());
            _listener.Dispose();
        }
    }
}
