using System.Net;
using Pieces.Metadata;

namespace Pieces.Cli.Share;

/// <summary>What the other side is given.</summary>
internal sealed record ShareOffer
{
    private ShareOffer(MagnetLink link)
    {
        Link = link.ToString();
        Command = $"pieces download {Quote(Link)}";
    }

    /// <summary>The link, for any program that takes one.</summary>
    public string Link { get; }

    /// <summary>The line for a shell.</summary>
    public string Command { get; }

    /// <summary>Makes the offer of a torrent: each address is named as a peer and as a tracker.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="addresses">Addresses of this machine, the best in front.</param>
    /// <param name="peerPort">Where it listens for peers.</param>
    /// <param name="trackerPort">Where its tracker listens.</param>
    public static ShareOffer Of(Metainfo metainfo, IReadOnlyList<IPAddress> addresses, int peerPort, int trackerPort) => new(new MagnetLink
    {
        InfoHash = metainfo.InfoHash,
        Name = metainfo.OriginalName,
        Length = metainfo.TotalLength,
        Trackers = [.. addresses.Select(address => $"http://{new IPEndPoint(address, trackerPort)}/announce")],
        Peers = [.. addresses.Select(address => new IPEndPoint(address, peerPort))],
    });

    /// <summary>One word of a POSIX shell, whatever it holds; PowerShell reads it the same unless a quote is in it.</summary>
    public static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
