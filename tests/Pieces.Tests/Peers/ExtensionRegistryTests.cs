using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

/// <summary>The handshake and the routing of messages for all extensions (BEP 10).</summary>
[Trait("Tier", "Pure")]
public class ExtensionRegistryTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLink _link = new();
    private readonly PeerState _peer;

    public ExtensionRegistryTests() => _peer = new PeerState(new SenderId(1), _link, 4, _time, _time.GetTimestamp());

    [Fact]
    public void The_handshake_names_what_is_offered_and_says_what_each_adds()
    {
        Registry(new Echo("a", 1) { MetadataSize = 99 }, new Echo("b", 2) { IsOffered = false }).SendHandshake(_link, 6881, isUploadOnly: true);
        ExtensionHandshake handshake = Handshake();
        handshake.Extensions.Should().Equal(new Dictionary<string, byte> { ["a"] = 1 });
        (handshake.MetadataSize, handshake.Port, handshake.IsUploadOnly, handshake.RequestQueue).Should().Be((99, 6881, true, UploadQueue.Capacity));
    }

    [Fact]
    public void Nothing_is_sent_to_a_peer_without_the_extension_protocol()
    {
        var link = new FakeLink { SupportsExtensions = false };
        Registry(new Echo("a", 1)).SendHandshake(link, 0, isUploadOnly: false);
        link.Sent.Should().BeEmpty();
    }

    [Fact]
    public void A_message_reaches_the_extension_of_its_id_and_answers_use_the_ids_of_the_peer()
    {
        Echo a = new("a", 1), b = new("b", 2);
        ExtensionRegistry registry = Registry(a, b);
        registry.OnMessage(_peer, Says(("b", 77)));
        registry.OnMessage(_peer, new ExtendedMessage(2, [5]));
        registry.OnMessage(_peer, new ExtendedMessage(1, [6]));
        registry.OnMessage(_peer, new ExtendedMessage(9, [7]));
        (a.Heard, b.Heard).Should().Be((1, 1), "an id that nobody has is skipped");
        _link.Sent.Should().BeEquivalentTo([new ExtendedMessage(77, [5])], "the peer does not speak the other");
        (a.Handshakes, b.Handshakes).Should().Be((1, 1));
    }

    [Fact]
    public void An_extension_that_is_not_named_again_keeps_its_id_and_id_0_switches_it_off()
    {
        ExtensionRegistry registry = Registry(new Echo("a", 1));
        registry.OnMessage(_peer, Says(("a", 7), ("later", 8)));
        registry.OnMessage(_peer, Says(("b", 9)));
        (_peer.Extensions.IdOf("a"), _peer.Extensions.IdOf("later")).Should().Be((7, 8), "a later stage may know it");
        registry.OnMessage(_peer, Says(("a", 0)));
        _peer.Extensions.Has("a").Should().BeFalse();
        _peer.TrySend("a", []).Should().BeFalse();
    }

    [Fact]
    public void One_name_too_many_is_not_remembered()
    {
        for (int i = 0; i < PeerExtensions.MaxNames; i++)
            _peer.Extensions.Set($"x{i}", 1);
        _peer.Extensions.Set("late", 1);
        _peer.Extensions.Set("x0", 2);
        (_peer.Extensions.Has("late"), _peer.Extensions.IdOf("x0")).Should().Be((false, 2));
    }

    [Fact]
    public void A_malformed_message_closes_the_connection()
    {
        Registry(new Echo("a", 1)).OnMessage(_peer, new ExtendedMessage(1, []));
        _link.ClosedFor.Should().Be("empty");
        _peer.Ending.Should().Be(PeerEnding.Offence);
    }

    [Theory]
    [InlineData("a", 2)]
    [InlineData("b", 1)]
    [InlineData("b", 0)]
    public void A_name_or_an_id_is_given_once(string name, byte id)
    {
        Action make = () => Registry(new Echo("a", 1), new Echo(name, id));
        make.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Each_extension_is_told_of_ticks_and_of_who_leaves()
    {
        Echo a = new("a", 1), b = new("b", 2);
        ExtensionRegistry registry = Registry(a, b);
        registry.Tick();
        registry.Forget(_peer);
        (a.Ticks, a.Left, b.Ticks, b.Left).Should().Be((1, 1, 1, 1));
    }

    private ExtensionRegistry Registry(params IPeerExtension[] extensions) =>
        new(new PeerBook(_time, new Random(1), new AddressPolicy()), [.. extensions]);

    private static ExtendedMessage Says(params (string Name, byte Id)[] names)
    {
        var extensions = names.ToImmutableSortedDictionary(name => name.Name, name => name.Id, StringComparer.Ordinal);
        return new ExtendedMessage(ExtensionRegistry.HandshakeId, new ExtensionHandshake { Extensions = extensions }.Encode());
    }

    private ExtensionHandshake Handshake() =>
        ExtensionHandshake.Decode(_link.Sent.Should().ContainSingle().Which.Should().BeOfType<ExtendedMessage>().Which.Payload);

    /// <summary>An extension that sends back each message that it receives.</summary>
    private sealed class Echo(string name, byte localId) : IPeerExtension
    {
        public string Name => name;

        public byte LocalId => localId;

        public bool IsOffered { get; init; } = true;

        public int? MetadataSize { get; init; }

        public int Heard { get; private set; }

        public int Handshakes { get; private set; }

        public int Ticks { get; private set; }

        public int Left { get; private set; }

        public ExtensionHandshake Describe(ExtensionHandshake handshake) => handshake with { MetadataSize = MetadataSize };

        public void OnHandshake(PeerState peer, ExtensionHandshake handshake) => Handshakes++;

        public void OnMessage(PeerState peer, ReadOnlyMemory<byte> payload)
        {
            if (payload.IsEmpty)
                throw new PeerProtocolException("empty");
            Heard++;
            peer.TrySend(name, payload.ToArray());
        }

        public void OnTick() => Ticks++;

        public void OnLeft(PeerState peer) => Left++;
    }
}
