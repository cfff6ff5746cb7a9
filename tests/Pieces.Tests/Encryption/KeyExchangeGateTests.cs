using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pieces.Encryption;
using Pieces.Wire;

namespace Pieces.Tests.Encryption;

/// <summary>Limits how many key exchanges we compute for unknown peers.</summary>
[Trait("Tier", "Pure")]
public class KeyExchangeGateTests
{
    private static readonly IPAddress Host = IPAddress.Parse("192.0.2.1");

    private readonly FakeTimeProvider _time = new();
    private readonly KeyExchangeGate _gate;

    public KeyExchangeGateTests() => _gate = new KeyExchangeGate(_time, salt: 7);

    [Fact]
    public void A_host_gets_a_burst_and_then_so_many_a_second()
    {
        Admitted(1000, _ => Host).Should().Be(KeyExchangeGate.HostBurst);
        Admitted(1, _ => IPAddress.Parse("192.0.2.2")).Should().Be(1, "another one is not held back by it");
        _time.Advance(TimeSpan.FromSeconds(1));
        Admitted(1000, _ => Host.MapToIPv6()).Should().Be(KeyExchangeGate.HostRate, "in whichever form its address is written");
    }

    [Fact]
    public void A_network_of_64_bits_counts_as_one_host() =>
        Admitted(1000, i => IPAddress.Parse($"2001:db8::{i:x}")).Should().Be(KeyExchangeGate.HostBurst);

    [Fact]
    public void All_together_get_no_more_than_a_twentieth_of_a_core_can_do()
    {
        Admitted(5000, i => new IPAddress(0x0A + ((long)i << 8))).Should().Be(KeyExchangeGate.OverallBurst);
        _time.Advance(TimeSpan.FromSeconds(1));
        Admitted(5000, i => new IPAddress(0x0B + ((long)i << 8))).Should().Be(KeyExchangeGate.OverallRate);
    }

    [Fact]
    public void Busy_hosts_do_not_keep_out_one_who_comes_for_the_first_time()
    {
        int admitted = 0;
        for (int second = 0; second < 60; second++)
        {
            Admitted(25 * KeyExchangeGate.HostRate * 2, i => new IPAddress([192, 0, 2, (byte)(i % 25)]));
            admitted += Admitted(1, _ => new IPAddress([198, 51, 100, (byte)second]));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        admitted.Should().BeGreaterThan(54, "only one that shares its place with a busy one by chance is held back");
    }

    [Fact]
    public void Many_may_share_loopback() => Admitted(5000, _ => IPAddress.Loopback).Should().Be(KeyExchangeGate.OverallBurst);

    [Fact]
    public void Nothing_is_computed_for_one_who_may_not_have_it()
    {
        bool hasKey = false;
        var answerer = new AnswererHandshake(new EncryptedSwarms(), CryptoMethods.Rc4, MseVectors.ChanceOf(MseVectors.Xb), () => !(hasKey = true));
        HandshakePair.Feed(answerer, MseVectors.Ya.AsSpan(0, 95));
        hasKey.Should().BeFalse("less than a key costs nothing and is not counted");
        Action feed = () => HandshakePair.Feed(answerer, MseVectors.Ya.AsSpan(95));
        feed.Should().Throw<PeerProtocolException>().WithMessage("too many encrypted handshakes*");
        hasKey.Should().BeTrue();
        answerer.Output.Length.Should().Be(0);
    }

    private int Admitted(int tries, Func<int, IPAddress> host) => Enumerable.Range(0, tries).Count(i => _gate.TryEnter(host(i)));
}
