using System.Globalization;
using System.Text;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>
/// Links and torrents that name services of this machine and of its network. The machine has 10.77.0.1 and loopback; a separate program records what
/// reaches a service there.
/// </summary>
[LongChain(Seconds = 20)]
[Trait("Tier", "Loopback")]
public class NamedAddressTests
{
    // Records the first bytes of every connection to the given addresses and ports, and sends no response.
    private const string Recorder = """
        import socket, sys, threading
        def serve(address):
            host, port = address.rsplit(":", 1)
            s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind((host, int(port))); s.listen()
            while True:
                c, _ = s.accept()
                print("reached", address, flush=True)
                c.close()
        for address in sys.argv[1:]:
            threading.Thread(target=serve, args=(address,), daemon=True).start()
        print("ready", flush=True)
        threading.Event().wait()
        """;

    private static readonly TestTorrent Torrent = new("film.bin", 256 * 1024, 64 * 1024);

    [Theory]
    [InlineData("x.pe=127.0.0.1:7001")]
    [InlineData("x.pe=127.0.0.1:6379")]
    [InlineData("x.pe=localhost:7001")]
    [InlineData("x.pe=10.77.0.1:80")]
    [InlineData("x.pe=10.77.0.1:6379")]
    [InlineData("tr=http%3A%2F%2F127.0.0.1%3A7001%2Fadmin%2Fshutdown%3Fnow%3D1")]
    [InlineData("tr=http%3A%2F%2Flocalhost%3A7001%2Fadmin%2Fshutdown")]
    public async Task A_link_reaches_no_service_of_this_machine(string parameter)
    {
        string reached = await ReachedAsync(parameter);
        reached.Should().NotContain("reached");
    }

    [Theory]
    [InlineData("x.pe=10.77.0.1:7001", "10.77.0.1:7001")]
    [InlineData("tr=http%3A%2F%2F127.0.0.1%3A7001%2Fannounce", "127.0.0.1:7001")]
    public async Task What_a_link_may_name_is_tried(string parameter, string address) =>
        (await ReachedAsync(parameter)).Should().Contain($"reached {address}");

    // The tracker is on another machine. It may name that machine and the network, but not this machine.
    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task A_tracker_elsewhere_names_no_service_of_this_machine(string host) =>
        (await ReachedByTrackerAsync(host)).Should().NotContain("reached");

    [Fact]
    public async Task A_tracker_elsewhere_may_name_a_host_of_the_network() =>
        (await ReachedByTrackerAsync("10.77.0.1")).Should().Contain("reached 10.77.0.1:7001");

    [Fact]
    public async Task The_user_may_name_any_address() =>
        (await ReachedAsync("dn=film", "--peer", "127.0.0.1:6379")).Should().Contain("reached 127.0.0.1:6379");

    private static async Task<string> ReachedByTrackerAsync(string host)
    {
        const string Tracker = """
            import socket, sys
            s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("10.77.0.2", 8000)); s.listen()
            host = sys.argv[1].encode()
            body = b"d8:intervali60e5:peersld2:ip%d:%s4:porti7001eeee" % (len(host), host)
            print("ready", flush=True)
            while True:
                c, _ = s.accept()
                c.recv(65536)
                c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                c.close()
            """;
        using NetworkSpace here = new(), there = new();
        here.Join(there, "10.77.0.1/24", "10.77.0.2/24");
        using var folder = new TempFolder();
        File.WriteAllText(folder["tracker.py"], Tracker, Encoding.ASCII);
        await using PiecesProcess tracker = PiecesProcess.StartProgram(
            [.. there.Prefix, RealProcess.Find("python3"), folder["tracker.py"], host], null, null);
        await tracker.WaitForOutputTextAsync("ready");
        return await ReachedAsync(here, folder, "tr=http%3A%2F%2F10.77.0.2%3A8000%2Fannounce");
    }

    private static async Task<string> ReachedAsync(string parameter, params string[] more)
    {
        using NetworkSpace here = new(), there = new();
        here.Join(there, "10.77.0.1/24", "10.77.0.2/24");
        using var folder = new TempFolder();
        return await ReachedAsync(here, folder, parameter, more);
    }

    private static async Task<string> ReachedAsync(NetworkSpace here, TempFolder folder, string parameter, params string[] more)
    {
        string script = folder["recorder.py"];
        File.WriteAllText(script, Recorder, Encoding.ASCII);
        string[] services = ["127.0.0.1:7001", "127.0.0.1:6379", "10.77.0.1:80", "10.77.0.1:6379", "10.77.0.1:7001"];
        await using PiecesProcess recorder = PiecesProcess.StartProgram(
            [.. here.Prefix, RealProcess.Find("python3"), script, .. services], null, null);
        await recorder.WaitForOutputTextAsync("ready");
        string link = string.Create(CultureInfo.InvariantCulture, $"magnet:?xt=urn:btih:{Torrent.Metainfo.InfoHash}&{parameter}");
        await using PiecesProcess process = PiecesProcess.Start(
            ["download", link, "-o", folder["out"], "-p", "0", "--no-dht", "--no-lsd", "--metadata-timeout", "2s", .. more], shell: here.Shell);
        (await process.WaitAsync()).ExitCode.Should().BeOneOf(5, 6);
        return recorder.OutputSoFar;
    }
}
