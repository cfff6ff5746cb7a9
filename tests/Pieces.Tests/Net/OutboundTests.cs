using System.Net;
using System.Net.Sockets;
using Pieces.Net;

namespace Pieces.Tests.Net;

[Trait("Tier", "Loopback")]
public class OutboundTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("[2001:db8::7]", "2001:db8::7")]
    public async Task An_address_in_text_form_asks_no_name_server(string host, string address)
    {
        var outbound = new Outbound(resolve: (_, _) => throw new InvalidOperationException("asked"));
        (await outbound.ResolveAsync(host, default, Token)).Should().Equal(IPAddress.Parse(address));
    }

    [Fact]
    public async Task A_name_without_addresses_is_no_such_host()
    {
        var outbound = new Outbound(resolve: (_, _) => Task.FromResult<IPAddress[]>([]));
        (await outbound.Invoking(it => it.ResolveAsync("nohost.example", default, Token)).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.HostNotFound);
    }

    [Fact]
    public async Task A_bound_exit_reaches_only_addresses_of_its_own_family()
    {
        IPAddress[] both = [IPAddress.Parse("2001:db8::7"), IPAddress.Parse("192.0.2.7")];
        var outbound = new Outbound(new LocalBinding(IPAddress.Loopback), (_, _) => Task.FromResult(both));
        (await outbound.ResolveAsync("host.example", default, Token)).Should().Equal(both);
        (await outbound.ResolveReachableAsync("host.example", default, Token)).Should().Equal(both[1]);
        (await outbound.Invoking(it => it.ResolveReachableAsync("::1", default, Token)).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.AddressFamilyNotSupported);
        (await outbound.Invoking(it => it.ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, 9), Token)).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.AddressFamilyNotSupported);
        outbound.OpenUdp(isV6: true, 0).Should().BeNull();
    }

    [Fact]
    public async Task Every_socket_of_a_bound_exit_leaves_from_the_bound_address()
    {
        var own = IPAddress.Parse("127.0.0.5");
        var outbound = new Outbound(new LocalBinding(own));
        using Socket listener = new Outbound(new LocalBinding(IPAddress.Loopback)).Listen(null, 0);
        using Socket tcp = await outbound.ConnectAsync((IPEndPoint)listener.LocalEndPoint!, Token);
        using Socket udp = await outbound.ConnectUdpAsync(new IPEndPoint(IPAddress.Loopback, 9), Token);
        using Socket listening = outbound.Listen(null, 0);
        using IDatagramSocket datagrams = outbound.OpenUdp(isV6: false, 0)!;
        foreach (Socket socket in new[] { tcp, udp, listening })
            ((IPEndPoint)socket.LocalEndPoint!).Address.Should().Be(own);
        datagrams.AddressTowards(CompactEndPoint.From(IPAddress.Parse("192.0.2.7"), 9)).Should().Be(CompactEndPoint.From(own, 0));
    }

    [Fact]
    public void A_binding_to_an_address_of_another_machine_is_a_fault_and_one_to_loopback_is_none()
    {
        NetworkProbe.FaultOf(new LocalBinding(IPAddress.Parse("192.0.2.1"))).Should().Be("address not available on this machine");
        NetworkProbe.FaultOf(new LocalBinding(IPAddress.Loopback)).Should().BeNull();
        FluentActions.Invoking(() => NetworkProbe.CheckBind(IPAddress.Parse("192.0.2.1"))).Should().Throw<SocketException>();
        NetworkProbe.AddressTowards(IPAddress.Loopback).Should().Be(IPAddress.Loopback);
    }
}
