using Pieces.Primitives;
using Pieces.Tests.Peers;
using Pieces.Torrents;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class ExtensionHandshakeSenderTests
{
    [Fact]
    public void Pieces_are_told_one_by_one_to_the_limit()
    {
        var link = new FakeLink();
        ExtensionHandshakeSender.TrySendRest(link, Bitfield.Full(ExtensionHandshakeSender.MaxHaves)).Should().BeTrue();
        link.Sent.Should().HaveCount(ExtensionHandshakeSender.MaxHaves);
        var late = new FakeLink();
        ExtensionHandshakeSender.TrySendRest(late, Bitfield.Full(ExtensionHandshakeSender.MaxHaves + 1)).Should().BeFalse();
        late.Sent.Should().BeEmpty();
    }
}
