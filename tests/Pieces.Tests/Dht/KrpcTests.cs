using FluentAssertions.Equivalency;
using Pieces.Bencode;
using Pieces.Dht;
using Pieces.Dht.Messages;
using Pieces.Net;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

[Trait("Tier", "Pure")]
public class KrpcTests
{
    private readonly KrpcWriter _writer = new([]);

    [Fact]
    public void The_messages_of_BEP_5_are_read_and_written_byte_for_byte()
    {
        NodeId asker = Id("abcdefghij0123456789");
        NodeId other = Id("mnopqrstuvwxyz123456");
        Query("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe").Should().BeEquivalentTo(new { Method = KrpcMethod.Ping, Sender = asker });
        Query("d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe")
            .Should().BeEquivalentTo(new { Method = KrpcMethod.FindNode, Sender = asker, Target = other });
        Query("d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe")
            .Should().BeEquivalentTo(new { Method = KrpcMethod.GetPeers, Sender = asker, Target = other });
        KrpcQuery announce = Query(
            "d1:ad2:id20:abcdefghij012345678912:implied_porti1e9:info_hash20:mnopqrstuvwxyz1234564:porti6881e5:token8:aoeusnthe"
            + "1:q13:announce_peer1:t2:aa1:y1:qe");
        announce.Should().BeEquivalentTo(new { Method = KrpcMethod.AnnouncePeer, Sender = asker, Target = other, Port = 6881, IsPortImplied = true });
        Text(announce.Token).Should().Be("aoeusnth");
        Reply("d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re").Sender.Should().Be(other);
        KrpcReply found = Reply("d1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re");
        found.Values.Should().Equal(At("97.120.106.101:11893"), At("105.100.104.116:28269"));
        var fault = (KrpcFault)Read("d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee")!;
        fault.Code.Should().Be(201);
        Text(_writer.Write(fault)).Should().Be("d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee");
    }

    [Fact]
    public void A_message_with_everything_in_it_comes_back_as_it_was()
    {
        var random = new Random(1);
        NodeContact v4 = Fitting("84.124.73.14:1234", random);
        NodeContact v6 = Fitting("[2001:db8::1]:4321", random);
        var reply = new KrpcReply
        {
            Transaction = Bytes("tttt"),
            Sender = NodeId.Create(random),
            Nodes = [v4, v4 with { Id = NodeId.Create(random) }],
            Nodes6 = [v6],
            Values = [At("1.2.3.4:5")],
            Token = Bytes("token"),
            External = At("[2001:db8::9]:9"),
            SeedFilter = new byte[ScrapeFilter.Length],
            PeerFilter = new byte[ScrapeFilter.Length],
        };
        KrpcReader.TryRead(_writer.Write(reply).ToArray()).Should().BeEquivalentTo(reply, Exactly);
        foreach (KrpcMethod method in Enum.GetValues<KrpcMethod>())
        {
            bool isAnnounce = method == KrpcMethod.AnnouncePeer;
            bool isSearch = method == KrpcMethod.GetPeers;
            var query = new KrpcQuery
            {
                Transaction = Bytes("t"),
                Method = method,
                Sender = NodeId.Create(random),
                Target = method == KrpcMethod.Ping ? default : NodeId.Create(random),
                Want = KrpcWant.V4 | KrpcWant.V6,
                IsReadOnly = true,
                Token = isAnnounce ? Bytes("token") : default,
                Port = isAnnounce ? 6881 : 0,
                IsSeed = isAnnounce,
                WantsCounts = isSearch,
                WantsNoSeeds = isSearch,
            };
            KrpcReader.TryRead(_writer.Write(query).ToArray()).Should().BeEquivalentTo(query, Exactly);
        }
    }

    [Theory]
    [InlineData("d1:ad2:id20:abcdefghij0123456789e1:q4:pong1:t2:aa1:y1:qe", KrpcFault.UnknownMethod)]
    [InlineData("d1:ad2:id19:abcdefghij012345678e1:q4:ping1:t2:aa1:y1:qe", KrpcFault.Protocol)]
    [InlineData("d1:ade1:q4:ping1:t2:aa1:y1:qe", KrpcFault.Protocol)]
    [InlineData("d1:ad2:id20:abcdefghij0123456789e1:q9:find_node1:t2:aa1:y1:qe", KrpcFault.Protocol)]
    [InlineData("d1:ad2:id20:abcdefghij01234567899:info_hash3:abce1:q9:get_peers1:t2:aa1:y1:qe", KrpcFault.Protocol)]
    [InlineData("d1:al2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe", KrpcFault.Protocol)]
    public void A_question_that_makes_no_sense_has_its_refusal(string datagram, int code) =>
        Read(datagram).Should().BeOfType<KrpcBadQuery>().Which.Code.Should().Be(code);

    [Theory]
    [InlineData("4:porti0e5:token1:x")]
    [InlineData("4:porti65536e5:token1:x")]
    [InlineData("4:porti-1e5:token1:x")]
    [InlineData("4:porti1e")]
    [InlineData("4:porti1e5:token0:")]
    [InlineData("5:token1:x")]
    public void An_announce_needs_a_port_and_a_token(string arguments) =>
        Read($"d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456{arguments}e1:q13:announce_peer1:t2:aa1:y1:qe")
            .Should().BeOfType<KrpcBadQuery>().Which.Code.Should().Be(KrpcFault.Protocol);

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("de")]
    [InlineData("le")]
    [InlineData("d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re ")]
    [InlineData("d1:rd2:id20:mnopqrstuvwxyz123456e1:t0:1:y1:re")]
    [InlineData("d1:rd2:id20:mnopqrstuvwxyz123456e1:t17:aaaaaaaaaaaaaaaaa1:y1:re")]
    [InlineData("d1:rd2:id20:mnopqrstuvwxyz123456e1:y1:re")]
    [InlineData("d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aae")]
    [InlineData("d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:xe")]
    [InlineData("d1:rd2:id20:mnopqrstuvwxyz1234565:nodes25:aaaaaaaaaaaaaaaaaaaaaaaaae1:t2:aa1:y1:re")]
    [InlineData("d1:rd2:id20:mnopqrstuvwxyz1234566:nodes626:aaaaaaaaaaaaaaaaaaaaaaaaaae1:t2:aa1:y1:re")]
    [InlineData("d1:rd2:id20:mnopqrstuvwxyz1234565:nodesi5ee1:t2:aa1:y1:re")]
    [InlineData("d1:rd2:id5:shorte1:t2:aa1:y1:re")]
    [InlineData("d1:r0:1:t2:aa1:y1:re")]
    [InlineData("d1:ele1:t2:aa1:y1:ee")]
    [InlineData("d1:t2:aa1:t2:aa1:y1:re")]
    [InlineData("d1:y1:r1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aae")]
    public void Anything_else_is_nothing(string datagram) => Read(datagram).Should().BeNull();

    [Fact]
    public void An_answer_names_so_many_nodes_and_peers_and_no_more()
    {
        string nodes = new('n', NodeContact.LengthV4 * 20);
        KrpcReply many = Reply($"d1:rd2:id20:mnopqrstuvwxyz1234565:nodes{nodes.Length}:{nodes}e1:t2:aa1:y1:re", isExact: false);
        many.Nodes.Should().HaveCount(KrpcReader.MaxNodes);
        string values = string.Concat(Enumerable.Repeat("6:axje.u", KrpcReader.MaxValues + 20));
        Reply($"d1:rd2:id20:mnopqrstuvwxyz1234566:valuesl{values}ee1:t2:aa1:y1:re", isExact: false).Values.Should().HaveCount(KrpcReader.MaxValues);
        Reply("d1:rd2:id20:mnopqrstuvwxyz1234566:valuesl6:axje.u5:short0:i3eee1:t2:aa1:y1:re", isExact: false).Values.Should().ContainSingle();
    }

    [Theory]
    [InlineData(KrpcReader.MaxTransactionLength, true)]
    [InlineData(KrpcReader.MaxTransactionLength + 1, false)]
    public void A_transaction_id_is_read_to_its_limit(int length, bool isRead) =>
        (Read($"d1:rd2:id20:mnopqrstuvwxyz123456e1:t{length}:{new string('a', length)}1:y1:re") is not null).Should().Be(isRead);

    [Theory]
    [InlineData(KrpcReader.MaxDatagramLength, true)]
    [InlineData(KrpcReader.MaxDatagramLength + 1, false)]
    public void A_datagram_is_read_to_its_limit(int length, bool isRead)
    {
        const string Front = "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:v";
        const string Back = "1:y1:qe";
        int padding = length - Front.Length - "1234:".Length - Back.Length;
        string datagram = $"{Front}{padding}:{new string('x', padding)}{Back}";
        datagram.Should().HaveLength(length);
        (Read(datagram) is not null).Should().Be(isRead);
    }

    [Theory]
    [InlineData(KrpcReader.MaxTokenLength, true)]
    [InlineData(KrpcReader.MaxTokenLength + 1, false)]
    public void A_token_is_kept_and_accepted_to_its_limit(int length, bool isKept)
    {
        string token = $"5:token{length}:{new string('t', length)}";
        KrpcReply reply = Reply($"d1:rd2:id20:mnopqrstuvwxyz123456{token}e1:t2:aa1:y1:re", isExact: false);
        reply.Token.Length.Should().Be(isKept ? length : 0);
        KrpcMessage? announce = Read(
            $"d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234564:porti1e{token}e1:q13:announce_peer1:t2:aa1:y1:qe");
        (announce is KrpcQuery).Should().Be(isKept);
    }

    [Theory]
    [InlineData(KrpcReader.MaxFaultLength)]
    [InlineData(KrpcReader.MaxFaultLength + 1)]
    public void An_error_text_is_cut_at_its_limit(int length)
    {
        KrpcMessage? message = Read($"d1:eli201e{length}:{new string('x', length)}e1:t2:aa1:y1:ee");
        message.Should().BeOfType<KrpcFault>().Which.Text.Length.Should().Be(KrpcReader.MaxFaultLength);
    }

    [Fact]
    public void Families_may_be_mixed_among_peers()
    {
        string v6 = "\u0020\u0001" + new string('a', 16);
        KrpcReply reply = Reply($"d1:rd2:id20:mnopqrstuvwxyz1234566:valuesl6:axje.u18:{v6}ee1:t2:aa1:y1:re", isExact: false);
        reply.Values!.Select(peer => peer.IsV6).Should().Equal(false, true);
    }

    [Fact]
    public void Whatever_is_cut_or_changed_gives_no_exception_and_the_grammar_agrees_with_the_reader()
    {
        var random = new Random(2);
        byte[] sample = Bytes("d2:ip6:axje.u1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re");
        for (int i = 0; i < 20_000; i++)
        {
            byte[] changed = sample[..random.Next(sample.Length + 1)];
            if (i % 2 == 0)
                changed = (byte[])sample.Clone();
            for (int change = random.Next(4); change > 0 && changed.Length > 0; change--)
                changed[random.Next(changed.Length)] = (byte)"0123456789:delir-"[random.Next(17)];
            if (KrpcGrammar.IsMessage(changed))
                BencodeReader.TryRead(changed, out _, KrpcGrammar.MaxValues).Should().BeTrue("the reader must not throw at {0}", Text(changed));
            KrpcReader.TryRead(changed);
        }
    }

    [Fact]
    public void Nesting_and_numbers_have_their_limits()
    {
        string Nested(int depth) => "d1:a" + new string('l', depth - 1) + new string('e', depth - 1) + "e";
        KrpcGrammar.IsMessage(Bytes(Nested(KrpcGrammar.MaxDepth))).Should().BeTrue();
        KrpcGrammar.IsMessage(Bytes(Nested(KrpcGrammar.MaxDepth + 1))).Should().BeFalse();
        // Besides the integers: the beginnings and ends of the dictionary and of the list, and the key.
        string List(int values) => "d1:al" + string.Concat(Enumerable.Repeat("i1e", values - 5)) + "ee";
        KrpcGrammar.IsMessage(Bytes(List(KrpcGrammar.MaxValues))).Should().BeTrue();
        KrpcGrammar.IsMessage(Bytes(List(KrpcGrammar.MaxValues + 1))).Should().BeFalse();
        KrpcGrammar.IsMessage(Bytes("d1:ai123456789012345678ee")).Should().BeTrue();
        KrpcGrammar.IsMessage(Bytes("d1:ai1234567890123456789ee")).Should().BeFalse();
        KrpcGrammar.IsMessage(Bytes("d1:ai-0ee")).Should().BeFalse();
        KrpcGrammar.IsMessage(Bytes("d1:ai01ee")).Should().BeFalse();
        KrpcGrammar.IsMessage(Bytes("d1:ai-7ee")).Should().BeTrue();
        KrpcGrammar.IsMessage(Bytes("d1:b0:1:a0:e")).Should().BeFalse("keys are sorted");
        KrpcGrammar.IsMessage(Bytes("d1:ae")).Should().BeFalse("a key has a value");
    }

    private static EquivalencyAssertionOptions<T> Exactly<T>(EquivalencyAssertionOptions<T> options) => options
        .ComparingByMembers<T>()
        .RespectingRuntimeTypes()
        .ComparingByValue<NodeId>()
        .ComparingByValue<NodeContact>()
        .ComparingByValue<CompactEndPoint>()
        .Using<ReadOnlyMemory<byte>>(check => check.Subject.ToArray().Should().Equal(check.Expectation.ToArray()))
        .WhenTypeIs<ReadOnlyMemory<byte>>();

    private KrpcQuery Query(string datagram)
    {
        KrpcQuery query = Read(datagram).Should().BeOfType<KrpcQuery>().Subject;
        Text(_writer.Write(query)).Should().Be(datagram);
        return query;
    }

    private KrpcReply Reply(string datagram, bool isExact = true)
    {
        KrpcReply reply = Read(datagram).Should().BeOfType<KrpcReply>().Subject;
        if (isExact)
            Text(_writer.Write(reply)).Should().Be(datagram);
        return reply;
    }
}
