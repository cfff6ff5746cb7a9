using System.Globalization;
using System.Text;

namespace Pieces.Metadata;

/// <summary>Writes <c>magnet:</c> links (BEP 9; BEP 52 for the second hash of a hybrid).</summary>
public static class MagnetLink
{
    /// <summary>
    /// The link of a torrent: its hashes, name, length, trackers and web seeds. Trackers stand there as they are, passkeys included: without them the link
    /// would not work.
    /// </summary>
    public static string Of(Metainfo metainfo)
    {
        ArgumentNullException.ThrowIfNull(metainfo);
        var link = new StringBuilder("magnet:?xt=urn:btih:").Append(metainfo.InfoHash);
        if (metainfo.InfoHashV2 is { } second)
            link.Append("&xt=urn:btmh:1220").Append(second);
        link.Append("&dn=").Append(Uri.EscapeDataString(metainfo.OriginalName));
        link.Append(CultureInfo.InvariantCulture, $"&xl={metainfo.TotalLength}");
        foreach (string url in metainfo.Trackers.SelectMany(tier => tier))
            link.Append("&tr=").Append(Uri.EscapeDataString(url));
        foreach (string url in metainfo.WebSeeds)
            link.Append("&ws=").Append(Uri.EscapeDataString(url));
        return link.ToString();
    }
}
