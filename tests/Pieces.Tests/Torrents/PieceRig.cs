using Microsoft.Extensions.Time.Testing;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;
using Pieces.Tests.Peers;
using Pieces.Torrents;
using Pieces.Torrents.Crowd;
using Pieces.Torrents.Downloading;
using Pieces.Wire;

namespace Pieces.Tests.Torrents;

/// <summary>A PieceManager with a disk in memory and peers that the test controls. A block is good if its first byte is 1.</summary>
internal sealed class PieceRig
{
    public const int KiB = 1024;
    public const int MiB = 1024 * 1024;
    public const byte Good = 1;
    public const byte Bad = 0xBD;

    private readonly RequestRecovery _recovery;
    private int _lastId;

    public PieceRig(int pieces = 8, int pieceLength = 64 * KiB, long? totalLength = null, string? wanted = null, long budget = 16 * MiB, int seed = 1)
    {
        Layout = new PieceLayout(totalLength ?? ((long)pieces * pieceLength), pieceLength);
        Budget = new MemoryBudget(budget);
        Table = new PieceTable(
            Layout, wanted is null ? Bitfield.Full(Layout.PieceCount) : Picking.Pictures.Bits(wanted), new Bitfield(Layout.PieceCount));
        Disk = new FakeDisk();
        Manager = new PieceManager(Table, Budget, Disk, Time, Now);
        Courtesy = new SeedSharingPolicy(Manager, own: 0, Time);
        Planner = new RequestPlanner(Manager, new InOrderPicker(Table, new Random(seed)), Courtesy, Budget, Time);
        var shares = new DownloadShares(new RateLimiter(Time, ByteRate.Unlimited), ByteRate.Unlimited);
        Downloads = new Requester(Manager, Planner, Courtesy, shares, Time);
        Availability = new PeerAvailability(Table, Downloads, Courtesy, Time);
        Intake = new BlockIntake(Manager, Time);
        _recovery = new RequestRecovery(Manager);
    }

    public FakeTimeProvider Time { get; } = new();

    public long Now => Time.GetTimestamp();

    public PieceLayout Layout { get; }

    public MemoryBudget Budget { get; }

    public PieceTable Table { get; }

    public FakeDisk Disk { get; }

    public BlockPool Pool { get; } = new();

    public PieceManager Manager { get; }

    public SeedSharingPolicy Courtesy { get; }

    public RequestPlanner Planner { get; }

    public Requester Downloads { get; }

    public PeerAvailability Availability { get; }

    public BlockIntake Intake { get; }

    public List<(PeerState Peer, BlockRequest Block)> Cancels { get; } = [];

    public List<SenderId> Convicted { get; } = [];

    /// <summary>Adds a peer that has all pieces and has unchoked us, and in which we are interested.</summary>
    public PeerState Seed()
    {
        PeerState peer = Stranger();
        Availability.OnHaveAll(peer);
        peer.Flags.AmInterested = true;
        peer.OnUnchoked(Now);
        return peer;
    }

    /// <summary>Adds a peer that has just completed the handshake.</summary>
    public PeerState Stranger()
    {
        var link = new FakeLink();
        var peer = new PeerState(NextId(), link, Layout.PieceCount, Time, Now);
        link.OnSent = message =>
        {
            if (message is CancelMessage cancel && Layout.TryGetBlock(cancel.Piece, cancel.Begin, cancel.Length, out BlockRequest block))
                Cancels.Add((peer, block));
        };
        Availability.Join(peer);
        return peer;
    }

    public SenderId NextId() => new(++_lastId);

    public bool IsSuspect(PeerState peer) => Manager.Blame.IsSuspect(peer.Id);

    public void Choke(PeerState peer, bool supportsFast)
    {
        peer.Flags.PeerChoking = true;
        Downloads.OnChoked(peer.Provider, rejectsEach: supportsFast);
    }

    /// <summary>Chooses the blocks to request from a peer now. They count as requested, but the requests are not sent.</summary>
    public List<BlockRequest> Fill(PeerState peer)
    {
        var requests = new List<BlockRequest>();
        Planner.Fill(peer.Provider, Now, int.MaxValue, requests).Should().Be(requests.Count);
        return requests;
    }

    public BlockVerdict Send(PeerState peer, BlockRequest block, byte content = Good) =>
        SendRaw(peer, (uint)block.Piece.Value, (uint)block.Begin, block.Length, content);

    public BlockVerdict Send(BlockProvider provider, BlockRequest block, byte content = Good) =>
        Intake.Accept(provider, (uint)block.Piece.Value, (uint)block.Begin, BufferOf(block.Length, content));

    public BlockVerdict SendRaw(PeerState peer, uint piece, uint begin, int length, byte content = Good) =>
        Intake.Accept(peer.Provider, piece, begin, BufferOf(length, content));

    public void SendAll(PeerState peer, IEnumerable<BlockRequest> blocks, byte content = Good)
    {
        foreach (BlockRequest block in blocks)
            Send(peer, block, content);
    }

    public void Tick(double secondsLater)
    {
        Time.Advance(TimeSpan.FromSeconds(secondsLater));
        Courtesy.Look();
        Manager.Providers.ForEach(provider => _recovery.Tick(provider, Now));
    }

    /// <summary>Runs the queued disk jobs and handles their results.</summary>
    public void RunDisk()
    {
        while (Disk.TryTake(out DiskEvent? verdict))
        {
            switch (verdict)
            {
                case BlocksWritten written: Manager.OnBlocksWritten(written); break;
                case PieceStored stored: OnStored(stored); break;
                case PieceRejected rejected: Manager.OnRejected(rejected, Now, Convicted); break;
                case PieceDigests digests: Manager.OnDigests(digests, Convicted); break;
                default: throw new InvalidOperationException(verdict!.ToString());
            }
        }
    }

    /// <summary>Downloads in rounds, in which each peer sends all blocks requested from it. Returns the number of rounds.</summary>
    public int Download(Func<PeerState, BlockRequest, byte> content, params PeerState[] peers)
    {
        var active = peers.ToList();
        for (int round = 1; round <= 1000; round++)
        {
            foreach (PeerState peer in active)
            {
                foreach (BlockRequest block in Fill(peer).Take(3).ToList())
                    Send(peer, block, content(peer, block));
            }

            RunDisk();
            foreach (SenderId banned in Convicted)
            {
                if (active.Find(peer => peer.Id == banned) is not { } peer)
                    continue;
                active.Remove(peer);
                Availability.Leave(peer);
            }

            if (Manager.IsComplete)
                return round;
            foreach (PeerState peer in active)
                Answer(peer, content);
            Tick(0.1);
        }

        throw new InvalidOperationException("the download does not end");
    }

    private BlockBuffer BufferOf(int length, byte content)
    {
        BlockBuffer buffer = Pool.Rent(length);
        buffer.Memory.Span.Clear();
        buffer.Memory.Span[0] = content;
        return buffer;
    }

    private void OnStored(PieceStored stored)
    {
        Manager.OnStored(stored);
        Downloads.OnStored(stored.Piece);
    }

    private void Answer(PeerState peer, Func<PeerState, BlockRequest, byte> content)
    {
        while (peer.Provider.Requests.Pending.TryPeekOldest(out PendingRequest oldest))
            Send(peer, oldest.Block, content(peer, oldest.Block));
        RunDisk();
    }
}
