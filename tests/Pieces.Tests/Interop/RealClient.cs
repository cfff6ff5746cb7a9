using System.Diagnostics;
using System.Net;

namespace Pieces.Tests.Interop;

/// <summary>
/// Another BitTorrent client, driven as its user would drive it. Its settings are its defaults, except that nothing but the tracker finds peers.
/// </summary>
internal abstract class RealClient
{
    /// <summary>As the client's own users call it.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Whether it dials peers on 127.0.0.0/8. If it does not, it still accepts connections there: the other peer must start later and receive its
    /// address from the tracker.
    /// </summary>
    public virtual bool DialsLoopback => true;

    /// <summary>Whether it dials the peers that a magnet link names (<c>x.pe</c>).</summary>
    public virtual bool DialsPeersOfLinks => false;

    /// <summary>Where it listens, and from where it asks trackers.</summary>
    public virtual IPAddress Address => IPAddress.Loopback;

    /// <summary>A command that succeeds where the client is installed.</summary>
    protected abstract IReadOnlyList<string> Probe { get; }

    /// <summary>Starts the client so that it downloads what is missing and then seeds, until it is ended.</summary>
    /// <param name="job">Torrent, folder and port. A folder with the whole content makes it a seed.</param>
    public abstract PeerProcess Start(RealClientJob job);

    /// <summary>Whether the client can be run here.</summary>
    public bool IsInstalled()
    {
        try
        {
            var start = new ProcessStartInfo(Probe[0], Probe.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process probe = Process.Start(start)!;
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>What a client is to do in a test.</summary>
/// <param name="TorrentFile">Path of the .torrent file.</param>
/// <param name="Folder">Where the content is or goes.</param>
/// <param name="Home">An empty folder for the client's own files.</param>
/// <param name="Port">TCP port to listen on.</param>
/// <param name="Link">A magnet link that is all it is to know, instead of the torrent; or null.</param>
internal sealed record RealClientJob(string TorrentFile, string Folder, string Home, int Port, string? Link = null)
{
    /// <summary>Whether the client must encrypt the whole stream and reject unencrypted peers.</summary>
    public bool RequiresEncryption { get; init; }

    /// <summary>What the client is given: link or file.</summary>
    public string Source => Link ?? TorrentFile;
}
