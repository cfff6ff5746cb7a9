using System.Net;
using Pieces.Metadata;

namespace Pieces.Cli.Share;

/// <summary>The magnet link and the command line for recipients of a share.</summary>
internal sealed record ShareOffer
{
    private ShareOffer(MagnetLink link)
    {
        Link = link.ToString();
        Command = $"pieces download {Quote(Link)}";
    }

    /// <summary>The magnet link, for any client.</summary>
    public string Link { get; }

    /// <summary>The command line for a shell.</summary>
    public string Command { get; }

    /// <summary>Creates the offer of a torrent. Each address is included both as a peer and as a tracker.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="addresses">Addresses of this machine, the preferred ones first.</param>
    /// <param name="peerPort">The listen port for peers.</param>
    /// <param name="trackerPort">The port of the tracker.</param>
    public static ShareOffer Of(Metainfo metainfo, IReadOnlyList<IPAddress> addresses, int peerPort, int trackerPort) => new(new MagnetLink
    {
        InfoHash = metainfo.InfoHash,
        Name = metainfo.OriginalName,
        Length = metainfo.TotalLength,
        Trackers = [.. addresses.Select(address => $"http://{new IPEndPoint(address, trackerPort)}/announce")],
        Peers = [.. addresses.Select(address => new IPEndPoint(address, peerPort))],
    });

    /// <summary>Quotes any text as one word of a POSIX shell. PowerShell reads the result in the same way unless the text contains a quote.</summary>
    public static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
