using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

/// <summary>
/// Memory of a message whose end does not arrive: it is small, is held only for a limited time, and never exceeds the limit of the client.
/// </summary>
[Trait("Tier", "Pure")]
public class UnfinishedMessageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ExtensionIds.Handshake, ExtensionHandshake.MaxLength + 1)]
    [InlineData(ExtensionIds.Metadata, (17 * 1024) + 1)]
    [InlineData(ExtensionIds.Lots, 17)]
    [InlineData(ExtensionIds.DontHave, 5)]
    public async Task An_extended_message_that_is_too_long_ends_the_connection_with_its_first_bytes(byte extension, int payload)
    {
        await using var rig = new ConnectionRig();
        await rig.Peer.SendAsync(Front(payload + 2, (byte)PeerMessageId.Extended, extension), Token);
        (await rig.ClosedAsync(Token)).Should().Contain("allowed");
        rig.Sink.IsProtocolError.Should().BeTrue();
    }

    [Theory]
    [InlineData(ExtensionIds.PeerExchange, 700_000)]
    [InlineData((byte)77, 700_000)]
    public async Task A_long_list_of_peers_and_what_was_never_offered_are_skipped_and_take_no_memory(byte extension, int payload)
    {
        await using var rig = new ConnectionRig();
        await rig.Peer.SendAsync(Front(payload + 2, (byte)PeerMessageId.Extended, extension), Token);
        byte[] some = new byte[10_000];
        for (int sent = 0; sent < payload; sent += some.Length)
        {
            await rig.Peer.SendAsync(some, Token);
            rig.Unfinished.Held.Should().Be(0);
        }

        await rig.Peer.SendAsync(new HaveMessage(3), Token);
        (await rig.Sink.NextAsync<HaveMessage>(Token)).Piece.Should().Be(3);
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(30_000, 1)]
    [InlineData(30_000, 7000)]
    public async Task A_message_comes_out_whole_however_it_is_cut_and_holds_what_it_needs(int length, int part)
    {
        await using var rig = new ConnectionRig();
        byte[] payload = new byte[length];
        new Random(1).NextBytes(payload);
        byte[] message = ScriptedPeer.Encode(new ExtendedMessage(ExtensionIds.Handshake, payload));
        byte[] bytes = [.. message, .. message, .. ScriptedPeer.Encode(new HaveMessage(3))];
        long most = 0;
        for (int at = 0; at < bytes.Length; at += part)
        {
            await rig.Peer.SendAsync(bytes.AsMemory(at, Math.Min(part, bytes.Length - at)), Token);
            most = Math.Max(most, rig.Unfinished.Held);
        }

        for (int i = 0; i < 2; i++)
            (await rig.Sink.NextAsync<ExtendedMessage>(Token)).Payload.ToArray().Should().Equal(payload);
        (await rig.Sink.NextAsync<HaveMessage>(Token)).Piece.Should().Be(3);
        most.Should().BeLessThanOrEqualTo((4 * length) + UnfinishedMessages.Uncounted);
        await FakeTimeSteps.UntilAsync(() => rig.Unfinished.Held == 0, Token);
    }

    [Theory]
    [InlineData((byte)PeerMessageId.Extended)]
    [InlineData((byte)PeerMessageId.Piece)]
    [InlineData((byte)99)]
    public async Task A_message_that_trickles_ends_the_connection(byte id)
    {
        await using var rig = new ConnectionRig();
        await rig.Peer.SendAsync(new HaveMessage(3), Token);
        await rig.Sink.NextAsync<HaveMessage>(Token);
        await rig.Peer.SendAsync(Front(10_000, id, 0), Token);
        for (int sent = 0; sent < 9_000 && !rig.Connection.Completion.IsCompleted; sent++)
        {
            long received = rig.Connection.BytesReceived;
            await SendAnywayAsync(rig);

            // The clock waits for the byte: otherwise a reader without a processor would look like a peer that sends nothing.
            await FakeTimeSteps.UntilAsync(() => rig.Connection.BytesReceived > received || rig.Connection.Completion.IsCompleted, Token);
            await rig.PassAsync(TimeSpan.FromSeconds(1));
        }

        (await rig.ClosedAsync(Token)).Should().Contain("did not complete a message");
    }

    [Fact]
    public void A_message_has_a_minute_and_a_half_and_the_next_one_as_much()
    {
        var time = new FakeTimeProvider();
        UnfinishedMessage message = new UnfinishedMessages().Open(() => { });
        using var stream = new ThrottledStream(Stream.Null, null, null);
        var watch = new PeerWatch(time, stream, message);
        int most = (int)(PeerWatch.MessageLimit / PeerWatch.Interval);
        for (int round = 0; round < 3; round++)
        {
            message.Wait(0);
            Look(most - 1).Should().NotContain(PeerWatchVerdict.Unfinished);
            message.Complete();
        }

        Look(2 * most).Should().NotContain(PeerWatchVerdict.Unfinished, "nothing is begun");
        message.Wait(0);
        Look(most + 1)[most..].Should().Equal(PeerWatchVerdict.Unfinished);

        List<PeerWatchVerdict> Look(int times)
        {
            List<PeerWatchVerdict> seen = [];
            for (int i = 0; i < times; i++)
            {
                time.Advance(PeerWatch.Interval);
                seen.Add(watch.Look());
            }

            return seen;
        }
    }

    [Fact]
    public void Where_there_is_no_room_the_message_that_was_begun_first_makes_room()
    {
        var budget = new UnfinishedMessages(capacity: 100_000);
        List<int> evicted = [];
        UnfinishedMessage[] all = [.. Enumerable.Range(0, 10).Select(i => budget.Open(() => evicted.Add(i)))];
        foreach (UnfinishedMessage message in all[..5])
            message.Wait(20_000);
        evicted.Should().BeEmpty();
        all[0].Complete();
        all[0].Wait(20_000);
        all[5].Wait(2_000);
        evicted.Should().Equal([1], "the first message had begun again");
        all[5].Wait(60_000);
        evicted.Should().Equal(1, 2, 3);
        budget.Held.Should().BeLessThanOrEqualTo(100_000);
        foreach (UnfinishedMessage message in all)
            message.Complete();
        budget.Held.Should().Be(0);
    }

    [Fact]
    public void One_byte_more_than_a_client_may_hold_evicts_the_oldest_message()
    {
        var budget = new UnfinishedMessages();
        List<string> evicted = [];
        const int Small = UnfinishedMessages.Uncounted + 1;
        budget.Open(() => evicted.Add("first")).Wait(Small);
        UnfinishedMessage second = budget.Open(() => evicted.Add("second"));
        second.Wait((int)UnfinishedMessages.DefaultCapacity - Small);
        budget.Held.Should().Be(UnfinishedMessages.DefaultCapacity);
        evicted.Should().BeEmpty();
        second.Wait((int)UnfinishedMessages.DefaultCapacity - Small + 1);
        evicted.Should().Equal("first");
    }

    [Fact]
    public void What_every_connection_may_hold_is_not_counted()
    {
        var budget = new UnfinishedMessages(capacity: 1);
        UnfinishedMessage message = budget.Open(() => Assert.Fail("nobody is in the way"));
        message.Wait(UnfinishedMessages.Uncounted);
        budget.Held.Should().Be(0);
        message.IsWaiting.Should().BeTrue();
    }

    private static async Task SendAnywayAsync(ConnectionRig rig)
    {
        try
        {
            await rig.Peer.SendAsync(new byte[1], Token);
        }
        catch (IOException)
        {
            // The connection was closed during the test, as expected.
        }
    }

    private static byte[] Front(int length, byte id, byte extension) =>
        [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, id, extension];
}
