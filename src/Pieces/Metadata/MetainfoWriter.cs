using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using Pieces.Bencode;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>Builds a complete .torrent from an existing <c>info</c> value and the data of a magnet link.</summary>
public static class MetainfoWriter
{
    /// <summary>
    /// Writes the .torrent of a magnet link whose <c>info</c> value has been fetched, with the link's trackers (each in its own tier), web seeds and
    /// DHT nodes.
    /// </summary>
    /// <param name="link">The magnet link.</param>
    /// <param name="infoBytes">The <c>info</c> value, unchanged.</param>
    /// <exception cref="MetainfoException">The bytes do not have the info-hash of the link.</exception>
    public static byte[] Write(MagnetLink link, ReadOnlySpan<byte> infoBytes)
    {
        ArgumentNullException.ThrowIfNull(link);
        var actual = InfoHash.OfInfo(infoBytes);
        if (actual != link.InfoHash)
            throw new MetainfoException($"the metadata has info-hash {actual}, not {link.InfoHash}");
        var output = new ArrayBufferWriter<byte>(infoBytes.Length + 4096);
        var writer = new BencodeWriter(output);
        writer.BeginDictionary();
        LocationKeys.WriteTrackers(writer, link.Trackers);
        writer.Key("info"u8);
        writer.Raw(infoBytes);
        if (!link.Nodes.IsEmpty)
            WriteNodes(writer, link.Nodes);
        LocationKeys.WriteWebSeeds(writer, link.WebSeeds);
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
