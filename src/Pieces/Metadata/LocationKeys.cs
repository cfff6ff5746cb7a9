using System.Collections.Immutable;
using Pieces.Bencode;

namespace Pieces.Metadata;

/// <summary>Writes the keys of a .torrent that name trackers and web seeds. The caller is responsible for the order of keys.</summary>
internal static class LocationKeys
{
    /// <summary>
    /// Writes <c>announce</c> (BEP 3), and for several trackers also <c>announce-list</c> (BEP 12) with each in its own tier; nothing for an empty
    /// list.
    /// </summary>
    public static void WriteTrackers(BencodeWriter writer, ImmutableArray<string> trackers)
    {
        if (trackers.IsDefaultOrEmpty)
            return;
        writer.Text("announce"u8, trackers[0]);
        if (trackers.Length == 1)
            return;
        writer.Key("announce-list"u8);
        writer.BeginList();
        foreach (string url in trackers)
        {
            writer.BeginList();
            writer.Text(url);
            writer.End();
        }

        writer.End();
    }

    /// <summary>Writes <c>url-list</c> (BEP 19); nothing for an empty list.</summary>
    public static void WriteWebSeeds(BencodeWriter writer, ImmutableArray<string> urls)
    {
        if (urls.IsDefaultOrEmpty)
            return;
        writer.Key("url-list"u8);
        writer.BeginList();
        foreach (string url in urls)
            writer.Text(url);
        writer.End();
    }
}
