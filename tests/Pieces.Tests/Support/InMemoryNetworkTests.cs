using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;

namespace Pieces.Tests.Support;

[Trait("Tier", "Pure")]
public class InMemoryNetworkTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hosts_reach_each_other_by_address_and_port()
    {
        var network = new InMemoryNetwork(new FakeTimeProvider());
        await using ITransportListener listener = network.Host("10.0.0.2").Listen(null, 6881, 6889);
        listener.Port.Should().Be(6881);
        await using ScriptedPeer near = await ScriptedPeer.DialAsync(network.Host("10.0.0.1"), EndPoint("10.0.0.2", 6881), Token);
        await using ScriptedPeer far = await ScriptedPeer.AcceptAsync(listener, Token);
        far.RemoteEndPoint.Address.Should().Be(IPAddress.Parse("10.0.0.1"));
        await near.SendAsync(new byte[] { 0, 0, 0, 1, 2 }, Token);
        (await far.ReadFrameAsync(Token))!.Id.Should().Be(2);
    }

    [Fact]
    public async Task A_port_is_taken_once_for_each_host()
    {
        var network = new InMemoryNetwork(new FakeTimeProvider());
        await using ITransportListener first = network.Host("10.0.0.2").Listen(null, 6881, 6882);
        await using ITransportListener second = network.Host("10.0.0.2").Listen(null, 6881, 6882);
        await using ITransportListener elsewhere = network.Host("10.0.0.3").Listen(null, 6881, 6882);
        (first.Port, second.Port, elsewhere.Port).Should().Be((6881, 6882, 6881));
        FluentActions.Invoking(() => network.Host("10.0.0.2").Listen(null, 6881, 6882)).Should().Throw<IOException>();
    }

    [Fact]
    public async Task Nobody_there_and_a_refusing_host_are_refused()
    {
        var network = new InMemoryNetwork(new FakeTimeProvider());
        await using ITransportListener listener = network.Host("10.0.0.2").Listen(null, 6881, 6881);
        network.SetDialFault("10.0.0.2", DialFault.Refuse);
        foreach (string address in new[] { "10.0.0.2", "10.0.0.9" })
        {
            await FluentActions.Awaiting(async () => await network.Host("10.0.0.1").ConnectAsync(EndPoint(address, 6881), Token))
                .Should().ThrowAsync<IOException>();
        }
    }

    [Fact]
    public async Task A_black_hole_answers_nothing_until_one_gives_up()
    {
        var network = new InMemoryNetwork(new FakeTimeProvider());
        network.SetDialFault("10.0.0.2", DialFault.Blackhole);
        using var giveUp = new CancellationTokenSource();
        Task dialling = network.Host("10.0.0.1").ConnectAsync(EndPoint("10.0.0.2", 6881), giveUp.Token).AsTask();
        dialling.IsCompleted.Should().BeFalse();
        await giveUp.CancelAsync();
        await FluentActions.Awaiting(() => dialling).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Latency_and_rate_run_on_the_clock()
    {
        var time = new FakeTimeProvider();
        (InMemoryConnection a, InMemoryConnection b) =
            new InMemoryNetwork(time).Pair(new InMemoryLink(Latency: TimeSpan.FromMilliseconds(50), BytesPerSecond: 1000));
        await a.Stream.WriteAsync(new byte[100], Token);
        Task<int> reading = b.Stream.ReadAsync(new byte[100], Token).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(149));
        reading.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromMilliseconds(2));
        (await reading.WaitAsync(TimeSpan.FromSeconds(30), Token)).Should().Be(100);
    }

    [Fact]
    public async Task A_writer_waits_for_a_reader_that_does_not_read()
    {
        (InMemoryConnection a, InMemoryConnection b) = new InMemoryNetwork(new FakeTimeProvider()).Pair(new InMemoryLink(Capacity: 1000));
        Task writing = a.Stream.WriteAsync(new byte[1500], Token).AsTask();
        writing.IsCompleted.Should().BeFalse();
        await b.Stream.ReadExactlyAsync(new byte[1500], Token);
        await writing.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task A_cut_breaks_both_ends_and_a_close_ends_the_stream()
    {
        var network = new InMemoryNetwork(new FakeTimeProvider());
        (InMemoryConnection a, InMemoryConnection b) = network.Pair();
        network.Cut("10.0.0.2");
        await FluentActions.Awaiting(async () => await a.Stream.ReadAsync(new byte[1], Token)).Should().ThrowAsync<IOException>();
        await FluentActions.Awaiting(async () => await b.Stream.WriteAsync(new byte[1], Token)).Should().ThrowAsync<IOException>();
        network.OpenConnections.Should().Be(0);

        (a, b) = network.Pair();
        await a.Stream.WriteAsync(new byte[] { 1 }, Token);
        await a.DisposeAsync();
        (await b.Stream.ReadAsync(new byte[9], Token)).Should().Be(1, "what was under way still arrives");
        (await b.Stream.ReadAsync(new byte[9], Token)).Should().Be(0);
    }

    private static IPEndPoint EndPoint(string address, int port) => new(IPAddress.Parse(address), port);
}
