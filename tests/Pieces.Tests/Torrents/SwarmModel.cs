using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Torrents.Downloading;

namespace Pieces.Tests.Torrents;

/// <summary>A line with a latency and a rate, and the peer at its end. The peer answers in order, unless the test makes it misbehave.</summary>
internal class ModelLine(double latency, double bytesPerSecond)
{
    private readonly Queue<(BlockRequest Block, double ArrivesAt)> _answers = new();
    private readonly HashSet<BlockRequest> _cancelled = [];
    private double _linkFree;

    /// <summary>Whether the peer ignores a request.</summary>
    public Func<BlockRequest, bool> Drops { get; init; } = _ => false;

    /// <summary>Number of requests received.</summary>
    public int Asked { get; private set; }

    public void Ask(BlockRequest block, double now)
    {
        Asked++;
        _cancelled.Remove(block);
        if (Drops(block))
            return;
        _linkFree = Math.Max(_linkFree, now + latency) + (block.Length / bytesPerSecond);
        _answers.Enqueue((block, _linkFree));
    }

    /// <summary>A cancel has an effect only on blocks that have not been sent when it arrives.</summary>
    public void Cancel(BlockRequest block, double now)
    {
        if (!_answers.Any(a => a.Block == block && a.ArrivesAt > now + latency))
            return;
        _cancelled.Add(block);
        _linkFree = Math.Max(now, _linkFree - (block.Length / bytesPerSecond));
    }

    /// <summary>The peer chokes us and drops all pending requests.</summary>
    public void DropAll()
    {
        _answers.Clear();
        _linkFree = 0;
    }

    public bool TryTake(double now, out BlockRequest block)
    {
        while (_answers.TryPeek(out (BlockRequest Block, double ArrivesAt) answer) && answer.ArrivesAt <= now)
        {
            _answers.Dequeue();
            block = answer.Block;
            if (!_cancelled.Remove(block))
                return true;
        }

        block = default;
        return false;
    }
}

/// <summary>A peer at the end of a line.</summary>
internal sealed class ModelPeer(PeerState state, double latency, double bytesPerSecond) : ModelLine(latency, bytesPerSecond)
{
    public PeerState State { get; } = state;
}

/// <summary>Runs a download against model peers in fake time.</summary>
internal static class SwarmModel
{
    /// <summary>Returns the seconds that the download took.</summary>
    public static double Run(PieceRig rig, double limit, params ModelPeer[] peers) => Run(rig, limit, () => { }, peers);

    /// <summary>Like the other overload, with an action that runs every two milliseconds of simulated time.</summary>
    public static double Run(PieceRig rig, double limit, Action eachStep, params ModelPeer[] peers)
    {
        const double Step = 0.002;
        double now = 0;
        var requests = new List<BlockRequest>();
        for (int step = 0; !rig.Manager.IsComplete; step++)
        {
            now.Should().BeLessThan(limit, "the download should be over by then; {0} bytes are left", rig.Manager.BytesLeft);
            foreach (ModelPeer peer in peers)
            {
                while (peer.TryTake(now, out BlockRequest block))
                    rig.Send(peer.State, block).Should().NotBe(BlockVerdict.Unsolicited);
                requests.Clear();
                rig.Planner.Fill(peer.State.Provider, rig.Now, int.MaxValue, requests);
                foreach (BlockRequest block in requests)
                    peer.Ask(block, now);
            }

            if (step % 250 == 0)
                rig.Tick(secondsLater: 0);
            eachStep();
            rig.RunDisk();
            foreach ((PeerState state, BlockRequest block) in rig.Cancels)
                Array.Find(peers, peer => peer.State == state)!.Cancel(block, now);
            rig.Cancels.Clear();
            rig.Time.Advance(TimeSpan.FromSeconds(Step));
            now += Step;
        }

        rig.Pool.Rented.Should().Be(0);
        rig.Budget.Reserved.Should().Be(0);
        return now;
    }
}
