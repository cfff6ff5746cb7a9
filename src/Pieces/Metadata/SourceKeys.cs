using System.Collections.Immutable;
using Pieces.Bencode;

namespace Pieces.Metadata;

/// <summary>Writes what a .torrent says beside its <c>info</c> value of where the content is to be had. The caller sees to the order of keys.</summary>
internal static class SourceKeys
{
    /// <summary>Writes <c>announce</c> (BEP 3), and of several trackers <c>announce-list</c> (BEP 12), each a tier of its own; nothing of none.</summary>
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

    /// <summary>Writes <c>url-list</c> (BEP 19); nothing of none.</summary>
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
