using System.Net;
using Pieces.Cli.Parsing;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class ValuesTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("15m", 900)]
    [InlineData("2h", 7200)]
    [InlineData("1d", 86400)]
    [InlineData("45", 45)]
    [InlineData("1.5m", 90)]
    [InlineData("0", 0)]
    [InlineData("87600h", 315360000)]
    public void A_duration_is_a_number_with_its_unit_or_seconds(string text, int seconds) =>
        Values.Duration(text).Should().Be(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5x")]
    [InlineData("5 m")]
    [InlineData("1,5m")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("87601h")]
    [InlineData("3651d")]
    public void What_is_no_duration_is_refused(string text) =>
        FluentActions.Invoking(() => Values.Duration(text)).Should().Throw<FormatException>().Which.Message.Should().Contain($"\"{text}\"");

    [Fact]
    public void A_duration_is_accepted_to_its_limit()
    {
        int most = (int)Values.MaxDuration.TotalSeconds;
        Values.Duration($"{most}").Should().Be(Values.MaxDuration);
        FluentActions.Invoking(() => Values.Duration($"{most + 1}")).Should().Throw<FormatException>();
    }

    [Fact]
    public void A_clock_that_gives_up_at_once_is_refused() =>
        FluentActions.Invoking(() => Values.PositiveDuration("0")).Should().Throw<FormatException>();

    [Theory]
    [InlineData("0", 0)]
    [InlineData("500", 500)]
    [InlineData("500K", 512000)]
    [InlineData("2M", 2097152)]
    [InlineData("1G", 1073741824)]
    [InlineData("1.5k", 1536)]
    [InlineData("8388608G", 9007199254740992)]
    public void Sizes_and_rates_count_by_1024(string text, long bytes)
    {
        Values.Size(text).Should().Be(bytes);
        Values.Rate(text).BytesPerSecond.Should().Be(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("K")]
    [InlineData("-1")]
    [InlineData("1T")]
    [InlineData("1MB")]
    [InlineData("8388609G")]
    public void What_is_no_size_is_refused(string text) =>
        FluentActions.Invoking(() => Values.Size(text)).Should().Throw<FormatException>().Which.Message.Should().Contain($"\"{text}\"");

    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("6881", 6881, 6881)]
    [InlineData("6881-6999", 6881, 6999)]
    [InlineData("65535", 65535, 65535)]
    public void A_port_or_a_range_of_ports(string text, int first, int last) =>
        Values.Ports(text).Should().Be(new PortRange(first, last));

    [Theory]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("6999-6881")]
    [InlineData("0-10")]
    [InlineData("1-2-3")]
    [InlineData("http")]
    public void What_is_no_port_is_refused(string text) =>
        FluentActions.Invoking(() => Values.Ports(text)).Should().Throw<FormatException>();

    [Fact]
    public void A_peer_is_an_address_or_a_name_with_its_port()
    {
        Values.Peer("192.0.2.1:6881").Should().Be(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 6881));
        Values.Peer("[2001:db8::1]:1").Should().Be(new IPEndPoint(IPAddress.Parse("2001:db8::1"), 1));
        Values.Peer("seed.example:65535").Should().Be(new DnsEndPoint("seed.example", 65535));
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("192.0.2.1:0")]
    [InlineData("192.0.2.1:65536")]
    [InlineData(":6881")]
    [InlineData("2001:db8::1:6881")]
    [InlineData("[192.0.2.1]:6881")]
    [InlineData("[seed.example]:6881")]
    [InlineData("a b:6881")]
    public void What_is_no_peer_is_refused(string text) =>
        FluentActions.Invoking(() => Values.Peer(text)).Should().Throw<FormatException>();

    [Theory]
    [InlineData("http://t.example/announce")]
    [InlineData("https://t.example:8443/announce?key=1")]
    [InlineData("udp://t.example:6969")]
    public void A_tracker_is_asked_by_http_https_or_udp(string url) => Values.Tracker(url).Should().Be(url);

    [Theory]
    [InlineData("ftp://t.example/announce")]
    [InlineData("file:///etc/passwd")]
    [InlineData("t.example:6969")]
    [InlineData("wss://t.example")]
    public void Other_schemes_are_no_tracker(string url) =>
        FluentActions.Invoking(() => Values.Tracker(url)).Should().Throw<FormatException>();
}
