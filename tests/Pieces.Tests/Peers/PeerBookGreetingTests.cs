using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Peers;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class PeerBookGreetingTests
{
    private static readonly IPEndPoint Peer = IPEndPoint.Parse("192.0.2.1:6881");

    private readonly PeerBook _book = new(new FakeTimeProvider(), new Random(1), new AddressPolicy());

    [Fact]
    public void How_a_peer_wants_to_be_greeted_is_remembered_until_it_wants_something_else()
    {
        _book.Add(Peer, PeerOrigin.Tracker);
        _book.WantsEncryption(Peer).Should().BeFalse("nothing is known");
        _book.NoteHandshakeMode(Peer, wantsEncryption: true);
        _book.Closed(Peer);
        _book.Failed(Peer);
        _book.WantsEncryption(Peer).Should().BeTrue("a connection that ended says nothing of greetings");
        _book.NoteHandshakeMode(Peer, wantsEncryption: false);
        _book.WantsEncryption(Peer).Should().BeFalse();
    }

    [Fact]
    public void Of_one_who_is_not_known_nothing_is_remembered()
    {
        _book.NoteHandshakeMode(Peer, wantsEncryption: true);
        _book.WantsEncryption(Peer).Should().BeFalse();
        _book.Count.Should().Be(0);
    }
}
