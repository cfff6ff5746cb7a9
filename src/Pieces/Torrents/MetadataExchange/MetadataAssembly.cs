using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// Parts of metadata of one claimed size, and who sent each. Memory grows with what has come, never with the claim. Pure; owned by the torrent's
/// loop.
/// </summary>
internal sealed class MetadataAssembly
{
    private readonly Dictionary<int, MetadataPart> _parts = [];

    /// <summary>Begins one.</summary>
    /// <param name="size">Bytes of the whole as somebody claims, at most <see cref="ExtensionHandshake.MaxMetadataSize"/>.</param>
    public MetadataAssembly(int size) => Size = size;

    /// <summary>Bytes of the whole, as claimed.</summary>
    public int Size { get; }

    /// <summary>Bytes that have come.</summary>
    public int Held { get; private set; }

    /// <summary>Whether every part is here.</summary>
    public bool IsComplete => _parts.Count == MetadataCodec.PartCount(Size);

    /// <summary>What is here, in no order.</summary>
    public IReadOnlyCollection<KeyValuePair<int, MetadataPart>> Parts => _parts;

    /// <summary>Whether a part is here.</summary>
    public bool Has(int part) => _parts.ContainsKey(part);

    /// <summary>Takes a part in; false, and nothing is changed, when it is here already.</summary>
    public bool Add(int part, MetadataPart content)
    {
        if (!_parts.TryAdd(part, content))
            return false;
        Held += content.Bytes.Length;
        return true;
    }

    /// <summary>Whether a part is here with exactly these bytes.</summary>
    public bool IsSame(int part, ReadOnlySpan<byte> bytes) => _parts.TryGetValue(part, out MetadataPart held) && held.Bytes.Span.SequenceEqual(bytes);

    /// <summary>Whether everything came from one peer, and from whom.</summary>
    public bool HasOneSender(out SourceId sender)
    {
        sender = SourceId.None;
        foreach (MetadataPart part in _parts.Values)
        {
            if (sender != SourceId.None && sender != part.Sender)
                return false;
            sender = part.Sender;
        }

        return true;
    }

    /// <summary>The whole in one piece. Only when it is complete.</summary>
    public byte[] Join()
    {
        byte[] whole = new byte[Size];
        foreach ((int part, MetadataPart content) in _parts)
            content.Bytes.Span.CopyTo(whole.AsSpan(part * MetadataCodec.PartLength));
        return whole;
    }

    /// <summary>Throws everything away.</summary>
    public void Clear()
    {
        _parts.Clear();
        Held = 0;
    }
}

/// <summary>A part and who sent it.</summary>
internal readonly record struct MetadataPart(ReadOnlyMemory<byte> Bytes, SourceId Sender);
