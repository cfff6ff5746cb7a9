using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class PeerConnectionTimeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silent_peer_is_closed_after_three_minutes_and_not_before()
    {
        await using var rig = new ConnectionRig();
        await WakeAsync(rig);
        await rig.PassAsync(PeerWatch.SilenceLimit - TimeSpan.FromSeconds(6));
        rig.Connection.Completion.IsCompleted.Should().BeFalse();
        (await rig.ClosedInTimeAsync(Token)).Should().Be("nothing received for 180 s");
        rig.Sink.IsProtocolError.Should().BeFalse();
    }

    [Fact]
    public async Task Keep_alives_hold_a_connection_open()
    {
        await using var rig = new ConnectionRig();
        await WakeAsync(rig);
        for (int minute = 0; minute < 10; minute++)
        {
            await rig.PassAsync(TimeSpan.FromSeconds(60));
            await rig.Peer.SendAsync(new byte[4], Token);
            int expected = 5 + ((minute + 1) * 4);
            await FakeTimeSteps.UntilAsync(() => rig.Connection.BytesReceived >= expected || rig.Connection.Completion.IsCompleted, Token);
        }

        rig.Sink.Reason.Should().BeNull();
    }

    [Fact]
    public async Task We_send_a_keep_alive_after_a_silence_of_our_own()
    {
        await using var rig = new ConnectionRig();
        await WakeAsync(rig);
        await rig.PassAsync(PeerWatch.KeepAliveAfter + PeerWatch.Interval);
        (await rig.Peer.ReadFrameAsync(Token))!.Id.Should().BeNull();
    }

    [Fact]
    public async Task A_peer_that_takes_no_byte_for_a_minute_is_closed()
    {
        await using var rig = new ConnectionRig(new InMemoryLink(Capacity: 100));
        await WakeAsync(rig);
        rig.Connection.TryQueueUpload(new BlockRequest(new PieceIndex(0), 0, 1000));
        await rig.Peer.Stream.ReadExactlyAsync(new byte[1], Token);
        await rig.PassAsync(PeerWatch.StuckLimit - TimeSpan.FromSeconds(6));
        rig.Connection.Completion.IsCompleted.Should().BeFalse();
        (await rig.ClosedInTimeAsync(Token)).Should().Be("accepted no data for 60 s");
    }

    [Fact]
    public async Task Time_in_which_we_did_not_read_is_no_silence_of_the_peer()
    {
        await using var rig = new ConnectionRig();
        var gate = new TaskCompletionSource();
        rig.Sink.Gate = gate.Task;
        await WakeAsync(rig);
        await rig.PassAsync(TimeSpan.FromSeconds(400));
        rig.Connection.Completion.IsCompleted.Should().BeFalse();
        gate.SetResult();
    }

    // Passes one message through the connection, so that its tasks and its timer are running afterwards.
    private static async Task WakeAsync(ConnectionRig rig)
    {
        await rig.Peer.SendAsync(UnchokeMessage.Instance, Token);
        await rig.Sink.NextAsync<UnchokeMessage>(Token);
        await FakeTimeSteps.SettleAsync();
    }
}
