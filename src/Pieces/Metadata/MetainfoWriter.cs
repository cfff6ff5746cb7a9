using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using Pieces.Bencode;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>Puts an <c>info</c> value that came from elsewhere into a whole .torrent, with what is known beside it.</summary>
public static class MetainfoWriter
{
    /// <summary>
    /// The .torrent of a magnet link whose <c>info</c> value has been fetched: with the link's trackers, each a tier of its own, web seeds and nodes.
    /// </summary>
    /// <param name="link">The link.</param>
    /// <param name="infoBytes">The <c>info</c> value, unchanged.</param>
    /// <exception cref="MetainfoException">The bytes are not those that the link names.</exception>
    public static byte[] Write(MagnetLink link, ReadOnlySpan<byte> infoBytes)
    {
        ArgumentNullException.ThrowIfNull(link);
        var actual = InfoHash.OfInfo(infoBytes);
        if (actual != link.InfoHash)
            throw new MetainfoException($"the metadata has info-hash {actual}, not {link.InfoHash}");
        var output = new ArrayBufferWriter<byte>(infoBytes.Length + 4096);
        var writer = new BencodeWriter(output);
        writer.BeginDictionary();
        SourceKeys.WriteTrackers(writer, link.Trackers);
        writer.Key("info"u8);
        writer.Raw(infoBytes);
        if (!link.Nodes.IsEmpty)
            WriteNodes(writer, link.Nodes);
        SourceKeys.WriteWebSeeds(writer, link.WebSeeds);
        writer.End();
        return output.WrittenSpan.ToArray();
    }

    private static void WriteNodes(BencodeWriter writer, ImmutableArray<string> nodes)
    {
        writer.Key("nodes"u8);
        writer.BeginList();
        foreach (string node in nodes)
        {
            int colon = node.LastIndexOf(':');
            writer.BeginList();
            writer.Text(node[..colon].Trim('[', ']'));
            writer.Integer(int.Parse(node.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture));
            writer.End();
        }

        writer.End();
    }
}
