using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Tests.Torrents;

/// <summary>
/// A provider that is not a peer: it sends blocks from memory, in order, over a line with a latency and a rate. It has no handshake and no messages,
/// never chokes, and prefers requests for runs of 16 MiB.
/// </summary>
internal sealed class MemoryProvider : IProviderLink, IPieceAvailability
{
    public const int RunLength = 16 * PieceRig.MiB;

    private readonly Bitfield _pieces;

    public MemoryProvider(PieceRig rig, double latency, double bytesPerSecond, Bitfield? pieces = null)
    {
        _pieces = pieces ?? Bitfield.Full(rig.Layout.PieceCount);
        Line = new ModelLine(latency, bytesPerSecond);
        Provider = new BlockProvider(rig.NextId(), this, this, rig.Time, rig.Now, new SequentialRun(RunLength));
        rig.Downloads.Join(Provider);
    }

    public BlockProvider Provider { get; }

    public ModelLine Line { get; }

    /// <summary>Current time of the simulation, in seconds.</summary>
    public double Now { get; set; }

    /// <summary>The requested blocks, in order.</summary>
    public List<BlockRequest> Requests { get; } = [];

    public int Cancels { get; private set; }

    public int Unsolicited { get; private set; }

    public bool AmInterested { get; private set; }

    public bool IsChoking => false;

    public bool HasAll => _pieces.IsFull;

    public bool Has(PieceIndex piece) => _pieces[piece];

    public int NextCommon(Bitfield among, int start) => _pieces.NextCommon(among, start);

    public int CountCommon(Bitfield among) => _pieces.CountCommon(among);

    public void TellInterest(bool isInterested) => AmInterested = isInterested;

    public void SendRequests(IReadOnlyList<BlockRequest> blocks)
    {
        Requests.AddRange(blocks);
        foreach (BlockRequest block in blocks)
            Line.Ask(block, Now);
    }

    public void SendCancel(BlockRequest block)
    {
        Cancels++;
        Line.Cancel(block, Now);
    }

    public void OnUnsolicitedBlock(bool exists) => Unsolicited++;

    /// <summary>Returns the lengths, in bytes, of the runs of requests in which each request begins where the previous one ends.</summary>
    public List<long> Runs(PieceRig rig)
    {
        List<long> runs = [];
        long end = -1;
        foreach (BlockRequest block in Requests)
        {
            long start = ((long)block.Piece.Value * rig.Layout.PieceLength) + block.Begin;
            if (start == end)
                runs[^1] += block.Length;
            else
                runs.Add(block.Length);
            end = start + block.Length;
        }

        return runs;
    }
}

/// <summary>Runs a download from peers and other providers in fake time, as a torrent's loop does.</summary>
internal static class ProviderModel
{
    private const double Step = 0.002;

    /// <summary>Returns the seconds that the download took.</summary>
    public static double Run(PieceRig rig, double limit, MemoryProvider[] others, params ModelPeer[] peers)
    {
        double now = 0;
        foreach (ModelPeer peer in peers)
        {
            var link = (Peers.FakeLink)peer.State.Link;
            link.OnRequests = blocks =>
            {
                foreach (BlockRequest block in blocks)
                    peer.Ask(block, now);
            };
        }

        for (int step = 0; !rig.Manager.IsComplete; step++)
        {
            now.Should().BeLessThan(limit, "the download should be over by then; {0} bytes are left", rig.Manager.BytesLeft);
            foreach (MemoryProvider other in others)
            {
                other.Now = now;
                Deliver(rig, other.Provider, other.Line, now);
            }

            foreach (ModelPeer peer in peers)
                Deliver(rig, peer.State.Provider, peer, now);
            if (step % 125 == 0)
                rig.Downloads.Tick();
            rig.RunDisk();
            rig.Downloads.ServeAll();
            foreach ((Pieces.Peers.PeerState state, BlockRequest block) in rig.Cancels)
                Array.Find(peers, peer => peer.State == state)!.Cancel(block, now);
            rig.Cancels.Clear();
            rig.Time.Advance(TimeSpan.FromSeconds(Step));
            now += Step;
        }

        rig.Pool.Rented.Should().Be(0);
        rig.Budget.Reserved.Should().Be(0);
        return now;
    }

    private static void Deliver(PieceRig rig, BlockProvider provider, ModelLine line, double now)
    {
        while (line.TryTake(now, out BlockRequest block))
            rig.Send(provider, block);
        rig.Downloads.Serve(provider);
    }
}
