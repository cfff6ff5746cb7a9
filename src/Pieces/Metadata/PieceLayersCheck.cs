using Pieces.Bencode;

namespace Pieces.Metadata;

/// <summary>
/// Checks the form of a hybrid's <c>piece layers</c> (BEP 52), if present: one 32-byte hash for each piece of each file longer than a piece. The
/// hashes are not used yet, but a torrent with malformed piece layers is damaged.
/// </summary>
internal static class PieceLayersCheck
{
    private const int HashLength = 32;

    /// <summary>Checks the layers against the files of the file tree.</summary>
    /// <exception cref="MetainfoException">The layers are malformed or belong to no file.</exception>
    public static void Verify(BencodeNode root, BencodeNode info, int pieceLength)
    {
        if (!root.TryGet("piece layers"u8, out BencodeNode layers))
            return;
        if (layers.Kind != BencodeKind.Dictionary)
            throw Malformed($"it is {InfoParser.Describe(layers)}, not a dictionary");

        info.TryGetDictionary("file tree"u8, out BencodeNode tree);
        var lengths = new Dictionary<string, long>(StringComparer.Ordinal);
        CollectRoots(tree, lengths);
        foreach (BencodeEntry layer in layers.Entries)
        {
            if (layer.Key.Length != HashLength)
                throw Malformed($"a key is {layer.Key.Length} bytes long, not {HashLength}");
            if (!layer.Value.TryGetBytes(out ReadOnlySpan<byte> hashes))
                throw Malformed($"a layer is {InfoParser.Describe(layer.Value)}, not a string");
            if (!lengths.TryGetValue(Convert.ToHexStringLower(layer.Key), out long length))
                throw Malformed("a layer belongs to no file");
            long count = ((length - 1) / pieceLength) + 1;
            if (count < 2 || hashes.Length % HashLength != 0 || hashes.Length / HashLength != count)
                throw Malformed($"a layer is {hashes.Length} bytes long, but its file of {length} bytes has {count} pieces");
        }
    }

    private static MetainfoException Malformed(string fact) => new($"\"piece layers\" is malformed: {fact}; the torrent is damaged");

    // The tree has been checked before; the bencode reader limits its depth.
    private static void CollectRoots(BencodeNode folder, Dictionary<string, long> lengths)
    {
        foreach (BencodeEntry entry in folder.Entries)
        {
            if (entry.Key.IsEmpty)
            {
                if (entry.Value.TryGetBytes("pieces root"u8, out ReadOnlySpan<byte> root) && entry.Value.TryGetInteger("length"u8, out long length))
                    lengths[Convert.ToHexStringLower(root)] = length;
            }
            else
            {
                CollectRoots(entry.Value, lengths);
            }
        }
    }
}
