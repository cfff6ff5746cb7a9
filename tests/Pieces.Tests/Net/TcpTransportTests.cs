using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Net;
using Pieces.Tests.Support;

namespace Pieces.Tests.Net;

[Trait("Tier", "Loopback")]
public class TcpTransportTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unbound_listener_takes_both_families_and_shows_IPv4_as_IPv4()
    {
        TcpTransport transport = Transport();
        await using ITransportListener listener = transport.Listen(null, 0, 0);
        foreach (IPAddress address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
                continue;
            await using ITransportConnection near = await transport.ConnectAsync(new IPEndPoint(address, listener.Port), Token);
            await using ITransportConnection far = await listener.AcceptAsync(Token);
            far.RemoteEndPoint.Should().Be(near.LocalEndPoint);
            far.RemoteEndPoint.Address.Should().Be(address);
            near.RemoteEndPoint.Should().Be(new IPEndPoint(address, listener.Port));

            await near.Stream.WriteAsync("hello"u8.ToArray(), Token);
            byte[] got = new byte[5];
            await far.Stream.ReadExactlyAsync(got, Token);
            got.Should().Equal("hello"u8.ToArray());
        }
    }

    [Fact]
    public async Task A_mapped_address_is_dialled_as_IPv4()
    {
        TcpTransport transport = Transport();
        await using ITransportListener listener = transport.Listen(IPAddress.Loopback, 0, 0);
        var mapped = new IPEndPoint(IPAddress.Parse("::ffff:127.0.0.1"), listener.Port);
        await using ITransportConnection near = await transport.ConnectAsync(mapped, Token);
        near.RemoteEndPoint.Address.Should().Be(IPAddress.Loopback);
    }

    [Fact]
    public async Task A_port_in_use_leads_to_the_next_of_the_range()
    {
        TcpTransport transport = Transport();
        await using ITransportListener first = transport.Listen(IPAddress.Loopback, 0, 0);
        await using ITransportListener second = transport.Listen(IPAddress.Loopback, first.Port, Math.Min(first.Port + 50, 65535));
        second.Port.Should().BeGreaterThan(first.Port);
    }

    [Fact]
    public async Task A_range_without_a_free_port_is_one_clear_error()
    {
        TcpTransport transport = Transport();
        await using ITransportListener first = transport.Listen(IPAddress.Loopback, 0, 0);
        FluentActions.Invoking(() => transport.Listen(IPAddress.Loopback, first.Port, first.Port))
            .Should().Throw<IOException>().WithMessage($"cannot listen on port {first.Port}: address already in use");
    }

    [Fact]
    public async Task A_refused_connection_is_an_IOException_in_plain_words()
    {
        TcpTransport transport = Transport();
        var nobody = new IPEndPoint(IPAddress.Loopback, FreePort.Find());
        await FluentActions.Awaiting(async () => await transport.ConnectAsync(nobody, Token))
            .Should().ThrowAsync<IOException>().WithMessage($"cannot connect to {nobody}: connection refused");
    }

    [Fact]
    public async Task A_bound_transport_dials_from_its_address_and_listens_on_it()
    {
        var bound = new TcpTransport(new Outbound(new LocalBinding(IPAddress.Parse("127.0.0.3"))), TimeProvider.System, NullLogger.Instance);
        await using ITransportListener listener = bound.Listen(null, 0, 0);
        await using ITransportConnection near = await bound.ConnectAsync(new IPEndPoint(IPAddress.Parse("127.0.0.3"), listener.Port), Token);
        near.LocalEndPoint.Address.Should().Be(IPAddress.Parse("127.0.0.3"));
        await FluentActions.Awaiting(async () => await Transport().ConnectAsync(new IPEndPoint(IPAddress.Loopback, listener.Port), Token))
            .Should().ThrowAsync<IOException>("only the bound address listens");
    }

    [Fact]
    public async Task A_bound_transport_never_reaches_the_other_family_unbound()
    {
        var bound = new TcpTransport(new Outbound(new LocalBinding(IPAddress.Loopback)), TimeProvider.System, NullLogger.Instance);
        await using ITransportListener listener = Transport().Listen(null, 0, 0);
        await FluentActions.Awaiting(async () => await bound.ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, listener.Port), Token))
            .Should().ThrowAsync<IOException>().WithMessage("*the host has no address of the same family as the local address");
    }

    [Fact]
    public async Task Closing_a_listener_ends_its_accept()
    {
        ITransportListener listener = Transport().Listen(IPAddress.Loopback, 0, 0);
        Task<ITransportConnection> accepting = listener.AcceptAsync(Token).AsTask();
        await listener.DisposeAsync();
        await FluentActions.Awaiting(() => accepting).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task Closing_a_connection_ends_a_read_that_waits()
    {
        TcpTransport transport = Transport();
        await using ITransportListener listener = transport.Listen(IPAddress.Loopback, 0, 0);
        await using ITransportConnection near = await transport.ConnectAsync(new IPEndPoint(IPAddress.Loopback, listener.Port), Token);
        Task<int> reading = near.Stream.ReadAsync(new byte[1], Token).AsTask();
        await near.DisposeAsync();
        Task ended = await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(30), Token));
        ended.Should().BeSameAs(reading, "it ends, with nothing read or with an error");
        if (reading.IsCompletedSuccessfully)
            (await reading).Should().Be(0);
        else
            reading.Exception!.InnerException.Should().Match(e => e is IOException || e is ObjectDisposedException);
    }

    private static TcpTransport Transport() => new(new Outbound(), TimeProvider.System, NullLogger.Instance);
}
