using System.Net;
using Pieces.Dht;
using Pieces.Dht.Queries;
using Pieces.Net;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

[Trait("Tier", "Pure")]
public class DatagramGateTests
{
    private static readonly byte[] Question = Bytes("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe");
    private static readonly byte[] Answer = Bytes("d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re");
    private readonly DhtHarness _bench = new();

    [Fact]
    public void An_answer_passes_only_while_something_was_asked_there()
    {
        DatagramGate gate = GateOf(_bench);
        gate.Admits(Answer, At("9.9.9.9:9")).Should().BeFalse();
        _bench.Asked.Add(At("9.9.9.9:9"));
        gate.Admits(Answer, At("9.9.9.9:9")).Should().BeTrue();
        gate.Admits(Answer, At("9.9.9.9:8")).Should().BeFalse();
        _bench.Asked.Remove(At("9.9.9.9:9"));
        gate.Admits(Answer, At("9.9.9.9:9")).Should().BeFalse();
    }

    [Fact]
    public void Questions_pass_so_many_a_second_of_one_and_of_all()
    {
        DatagramGate gate = GateOf(_bench);
        Enumerable.Range(0, 100).Count(_ => gate.Admits(Question, At("9.9.9.9:9"))).Should().Be(DatagramGate.HostBurst);
        int passed = Enumerable.Range(0, 5000).Count(i => gate.Admits(Question, Host(i)));
        passed.Should().Be(DatagramGate.OverallBurst - DatagramGate.HostBurst);
        _bench.Clock.Now += TimeSpan.FromSeconds(1);
        Enumerable.Range(5000, 5000).Count(i => gate.Admits(Question, Host(i))).Should().Be((int)DatagramGate.OverallRate);
    }

    [Fact]
    public void A_flood_leaves_the_answers_that_we_wait_for_alone()
    {
        DatagramGate gate = GateOf(_bench);
        CompactEndPoint asked = At("9.9.9.9:9");
        _bench.Asked.Add(asked);
        for (int i = 0; i < 50_000; i++)
            gate.Admits(i % 2 == 0 ? Question : Answer, Host(i));
        gate.Admits(Answer, asked).Should().BeTrue();
    }

    [Fact]
    public void Made_up_senders_do_not_silence_a_host_that_has_answered_us()
    {
        DatagramGate gate = GateOf(_bench);
        CompactEndPoint known = At("9.9.9.9:9");
        _bench.Asked.NoteAnswer(known, _bench.Clock.Now);
        for (int second = 0; second < 60; second++)
        {
            for (int i = 0; i < 2000; i++)
                gate.Admits(Question, Host((second * 2000) + i));
            gate.Admits(Question, known).Should().BeTrue();
            _bench.Clock.Now += TimeSpan.FromSeconds(1);
        }

        _bench.Asked.HasAnswered(At("9.9.9.9:10"), _bench.Clock.Now).Should().BeTrue("the port does not matter");
        _bench.Asked.HasAnswered(At("9.9.9.8:9"), _bench.Clock.Now).Should().BeFalse();
        _bench.Clock.Now += TimeSpan.FromMinutes(15);
        _bench.Asked.HasAnswered(known, _bench.Clock.Now).Should().BeFalse("it was long ago");
    }

    [Fact]
    public void One_network_cannot_take_the_share_of_all()
    {
        DatagramGate gate = GateOf(_bench);
        Enumerable.Range(0, 256).Count(i => gate.Admits(Question, At($"30.0.0.{i}:1"))).Should().Be(DatagramGate.NetworkBurst);
        gate.Admits(Question, At("30.0.1.1:1")).Should().BeTrue();
    }

    [Fact]
    public void Nonsense_bogons_and_questions_to_a_read_only_node_are_dropped()
    {
        DatagramGate gate = GateOf(_bench);
        gate.Admits([], At("9.9.9.9:9")).Should().BeFalse();
        gate.Admits(Question.AsSpan(0, Question.Length - 1), At("9.9.9.9:9")).Should().BeFalse();
        gate.Admits(new byte[3000], At("9.9.9.9:9")).Should().BeFalse();
        gate.Admits(Question, At("127.0.0.1:9")).Should().BeFalse();
        gate.Admits(Question, At("9.9.9.9:0")).Should().BeFalse();
        GateOf(new DhtHarness(new DhtOptions { IsReadOnly = true })).Admits(Question, At("9.9.9.9:9")).Should().BeFalse();
    }

    [Fact]
    public void Fifty_thousand_dropped_datagrams_allocate_nothing()
    {
        DatagramGate gate = GateOf(_bench);
        byte[] noise = new byte[300];
        noise[0] = (byte)'d';
        noise[^1] = (byte)'e';
        CompactEndPoint[] hosts = [.. Enumerable.Range(0, 1000).Select(Host)];
        for (int i = 0; i < 1000; i++)
            gate.Admits(i % 2 == 0 ? Question : noise, hosts[i]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int passed = 0;
        for (int i = 0; i < 50_000; i++)
            passed += gate.Admits(i % 2 == 0 ? Question : noise, hosts[i % 1000]) ? 1 : 0;
        passed.Should().Be(0);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1000);
    }

    private static DatagramGate GateOf(DhtHarness bench) => new(bench.Shared, bench.Asked);

    private static CompactEndPoint Host(int number) =>
        CompactEndPoint.From(new IPAddress([20, (byte)(number >> 16), (byte)(number >> 8), (byte)number]), 1);
}
