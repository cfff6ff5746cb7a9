using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// The received parts of metadata of one claimed size, and the sender of each part. Memory use grows with what has been received, never with the
/// claimed size. Pure; owned by the torrent's loop.
/// </summary>
internal sealed class MetadataAssembly
{
    private readonly Dictionary<int, MetadataPart> _parts = [];

    /// <summary>Creates an instance without parts.</summary>
    /// <param name="size">Size of the metadata in bytes as claimed by peers; at most <see cref="ExtensionHandshake.MaxMetadataSize"/>.</param>
    public MetadataAssembly(int size) => Size = size;

    /// <summary>Claimed size of the metadata, in bytes.</summary>
    public int Size { get; }

    /// <summary>Received bytes.</summary>
    public int Held { get; private set; }

    /// <summary>Whether every part has been received.</summary>
    public bool IsComplete => _parts.Count == MetadataCodec.PartCount(Size);

    /// <summary>The received parts, in no particular order.</summary>
    public IReadOnlyCollection<KeyValuePair<int, MetadataPart>> Parts => _parts;

    /// <summary>Whether a part has been received.</summary>
    public bool Has(int part) => _parts.ContainsKey(part);

    /// <summary>Adds a part. Returns false, and changes nothing, if it is present already.</summary>
    public bool Add(int part, MetadataPart content)
    {
        if (!_parts.TryAdd(part, content))
            return false;
        Held += content.Bytes.Length;
        return true;
    }

    /// <summary>Whether a part has been received and consists of exactly these bytes.</summary>
    public bool IsSame(int part, ReadOnlySpan<byte> bytes) => _parts.TryGetValue(part, out MetadataPart held) && held.Bytes.Span.SequenceEqual(bytes);

    /// <summary>Whether a single peer sent all parts, and which one.</summary>
    public bool HasOneSender(out SenderId sender)
    {
        sender = SenderId.None;
        foreach (MetadataPart part in _parts.Values)
        {
            if (sender != SenderId.None && sender != part.Sender)
                return false;
            sender = part.Sender;
        }

        return true;
    }

    /// <summary>Joins all parts. Only valid if all parts have been received.</summary>
    public byte[] Join()
    {
        byte[] whole = new byte[Size];
        foreach ((int part, MetadataPart content) in _parts)
            content.Bytes.Span.CopyTo(whole.AsSpan(part * MetadataCodec.PartLength));
        return whole;
    }

    /// <summary>Discards all parts.</summary>
    public void Clear()
    {
        _parts.Clear();
        Held = 0;
    }
}

/// <summary>A part and its sender.</summary>
internal readonly record struct MetadataPart(ReadOnlyMemory<byte> Bytes, SenderId Sender);
