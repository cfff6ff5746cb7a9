using System.Net;
using Pieces.Discovery;
using Pieces.Net;

namespace Pieces.Tests.Discovery;

[Trait("Tier", "Pure")]
public class LocalCallGateTests
{
    private readonly LocalCallGate _gate = new(salt: 1);
    private readonly TimeSpan _start = TimeSpan.FromHours(1);

    [Fact]
    public void A_sender_has_a_burst_and_then_its_rate_whatever_its_port()
    {
        int Read(TimeSpan at) => Enumerable.Range(1, 1000).Count(port => _gate.Reads(CompactEndPoint.From(IPAddress.Parse("192.168.1.9"), port), at));
        Read(_start).Should().Be(LocalCallGate.SenderBurst);
        Read(_start + TimeSpan.FromSeconds(1)).Should().Be(LocalCallGate.SenderRate);
    }

    [Fact]
    public void All_senders_together_have_a_burst_and_then_their_rate()
    {
        int Heard(TimeSpan at) => Enumerable.Range(0, 1000).Count(_ => _gate.Hears(at));
        Heard(_start).Should().Be(LocalCallGate.OverallBurst);
        Heard(_start + TimeSpan.FromSeconds(1)).Should().Be(LocalCallGate.OverallRate);
    }
}
