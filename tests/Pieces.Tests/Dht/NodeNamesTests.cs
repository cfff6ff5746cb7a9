using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Pieces.Dht;
using Pieces.Dht.Queries;
using Pieces.Net;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Pieces.Tests.Dht;

[Trait("Tier", "Pure")]
public class NodeNamesTests
{
    [Fact]
    public async Task A_name_that_the_user_gave_and_nobody_knows_is_said_once()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var time = new FakeTimeProvider();
        var tries = Channel.CreateUnbounded<string>();
        var warnings = new WarningLog();
        using Logger logger = new LoggerConfiguration().WriteTo.Sink(warnings).CreateLogger();
        var names = new NodeNames(
            new DhtOptions
            {
                TimeProvider = time,
                Logger = new SerilogLoggerFactory(logger).CreateLogger(""),
                Bootstrap = [new DnsEndPoint("nohost.invalid", 6881)],
                Routers = [new DnsEndPoint("router.invalid", 6881)],
                Resolve = (host, _) =>
                {
                    tries.Writer.TryWrite(host);
                    throw new SocketException((int)SocketError.HostNotFound);
                },
            },
            (_, _) => { });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task running = names.RunAsync(stop.Token);
        for (int round = 0; round < 3; round++)
        {
            for (int name = 0; name < 2; name++)
            {
                while (!tries.Reader.TryPeek(out _))
                {
                    time.Advance(NodeNames.LastRetry);
                    await Task.Yield();
                }

                await tries.Reader.ReadAsync(cancellationToken);
            }
        }

        await stop.CancelAsync();
        await running;
        warnings.Said.Should().Equal("nohost.invalid: the name of a DHT node cannot be resolved");
    }

    [Fact]
    public async Task A_name_with_one_address_too_many_is_used_to_the_limit()
    {
        List<CompactEndPoint> found = [];
        IPAddress[] addresses = [.. Enumerable.Range(1, NodeNames.MaxAddresses + 1).Select(i => new IPAddress([10, 0, 0, (byte)i]))];
        var names = new NodeNames(
            new DhtOptions
            {
                Bootstrap = [new DnsEndPoint("many.invalid", 1)],
                Routers = [],
                Resolve = (_, _) => Task.FromResult(addresses),
            },
            (node, _) => found.Add(node));
        await names.RunAsync(TestContext.Current.CancellationToken);
        found.Should().Equal(addresses.Take(NodeNames.MaxAddresses).Select(address => CompactEndPoint.From(address, 1)));
    }

    [Fact]
    public void Addresses_are_known_before_anything_is_searched_for()
    {
        List<(CompactEndPoint, bool)> found = [];
        var names = new NodeNames(
            new DhtOptions
            {
                Bootstrap = [new DnsEndPoint("name.invalid", 1), new DnsEndPoint("10.9.0.1", 2)],
                Routers = [new DnsEndPoint("[fd00::1]", 3)],
            },
            (node, isRouter) => found.Add((node, isRouter)));
        names.AddLiterals();
        found.Should().Equal(
            (CompactEndPoint.From(IPAddress.Parse("10.9.0.1"), 2), false),
            (CompactEndPoint.From(IPAddress.Parse("fd00::1"), 3), true));
    }

    private sealed class WarningLog : ILogEventSink
    {
        public List<string> Said { get; } = [];

        public void Emit(LogEvent logEvent)
        {
            if (logEvent.Level == LogEventLevel.Warning)
                Said.Add(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
