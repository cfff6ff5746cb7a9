using System.Security.Cryptography;
using Pieces.Bencode;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>The content of a simulated swarm: random bytes, stored once for all clients, and the torrent that describes them.</summary>
internal sealed class SimulatedContent
{
    private readonly byte[] _bytes;

    public SimulatedContent(int pieces, int pieceLength, int seed)
    {
        _bytes = new byte[pieces * (long)pieceLength];
        new Random(seed).NextBytes(_bytes);
        byte[] hashes = new byte[pieces * SHA1.HashSizeInBytes];
        for (int i = 0; i < pieces; i++)
        {
#pragma warning disable CA5350 // BEP 3 has SHA-1.
            SHA1.HashData(_bytes.AsSpan(i * pieceLength, pieceLength), hashes.AsSpan(i * SHA1.HashSizeInBytes));
#pragma warning restore CA5350
        }

        Metainfo = MetainfoParser.Parse(BencodeWriter.Encode(writer => Write(writer, hashes, pieceLength)), PathRules.Posix);
    }

    public Metainfo Metainfo { get; }

    public PieceLayout Layout => Metainfo.Layout;

    public int Length => _bytes.Length;

    /// <summary>Returns the bytes of a block.</summary>
    public ReadOnlySpan<byte> Of(BlockRequest block) => _bytes.AsSpan((int)Layout.OffsetOf(block.Piece) + block.Begin, block.Length);

    private void Write(BencodeWriter writer, byte[] hashes, int pieceLength)
    {
        writer.BeginDictionary();
        writer.Text("announce"u8, SimulatedTracker.Url);
        writer.Key("info"u8);
        writer.BeginDictionary();
        writer.Integer("length"u8, _bytes.Length);
        writer.Text("name"u8, "content");
        writer.Integer("piece length"u8, pieceLength);
        writer.Bytes("pieces"u8, hashes);
        writer.End();
        writer.End();
    }
}

/// <summary>
/// A disk that needs no time and no space. It compares written blocks with the content, and keeps one bit for each stored piece. It outlives its
/// client, as a real disk does.
/// </summary>
internal sealed class SimulatedDisk(SimulatedContent content, bool isFull)
{
    private readonly long[] _served = new long[content.Layout.PieceCount];

    public SimulatedContent Content => content;

    public Bitfield Have { get; } = isFull ? Bitfield.Full(content.Layout.PieceCount) : new Bitfield(content.Layout.PieceCount);

    /// <summary>Number of bytes read for uploads.</summary>
    public long Served { get; private set; }

    /// <summary>Number of pieces for which at least their length was read for uploads.</summary>
    public int ServedPieces { get; private set; }

    public void OnServed(BlockRequest block)
    {
        Served += block.Length;
        ref long served = ref _served[block.Piece.Value];
        long before = served;
        served += block.Length;
        long whole = content.Layout.LengthOf(block.Piece);
        ServedPieces += before < whole && served >= whole ? 1 : 0;
    }
}

/// <summary>The store of a torrent on a <see cref="SimulatedDisk"/>.</summary>
internal sealed class SimulatedStore(SimulatedDisk disk, IDiskSink sink) : ITorrentStore, IPieceStore
{
    public IPieceStore Pieces => this;

    public bool CanResume => false;

    public Task<StorageOpenResult> OpenAsync(IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        Bitfield finished = disk.Have.IsFull ? Bitfield.Full(1) : new Bitfield(1);
        return Task.FromResult(new StorageOpenResult(disk.Have.Clone(), [], new Bitfield(disk.Have.Length), finished, []));
    }

    public void WriteBlocks(PieceIndex piece, IReadOnlyList<CandidateBlock> blocks)
    {
        foreach (CandidateBlock block in blocks)
            Compare(disk.Content.Layout.Block(piece, block.Ordinal), block.Data);
        sink.OnDisk(new BlocksWritten(piece, blocks));
    }

    public void StorePiece(PieceIndex piece, BlockBuffer?[] blocks, IReadOnlyList<bool> written)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            if (blocks[i] is not { } buffer)
                continue;
            Compare(disk.Content.Layout.Block(piece, i), buffer);
            buffer.Dispose();
        }

        disk.Have.Set(piece);
        sink.OnDisk(new PieceStored(piece));
        if (disk.Have.IsFull)
            sink.OnDisk(new FileFinished(0, "content"));
    }

    public void ForgetCandidates(PieceIndex piece)
    {
    }

    public ValueTask ReadAsync(IReadOnlyList<BlockRead> reads, CancellationToken cancellationToken)
    {
        for (int i = 0; i < reads.Count; i++)
        {
            disk.Content.Of(reads[i].Block).CopyTo(reads[i].Destination.Span);
            disk.OnServed(reads[i].Block);
        }

        return ValueTask.CompletedTask;
    }

    public Task WhenIdleAsync() => Task.CompletedTask;

    public Task CloseAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Compare(BlockRequest block, BlockBuffer data)
    {
        if (!data.Memory.Span.SequenceEqual(disk.Content.Of(block)))
            throw new InvalidOperationException($"{block} came with other bytes than were sent");
    }
}
