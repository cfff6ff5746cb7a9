using System.Diagnostics;
using System.Net;

namespace Pieces.Tests.Interop;

/// <summary>
/// Another BitTorrent client, run as a user would run it. It has its default settings, except that it finds peers only through the tracker.
/// </summary>
internal abstract class RealClient
{
    /// <summary>The name of the client.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Whether it dials peers on 127.0.0.0/8. If it does not, it still accepts connections there: the other peer must start later and receive its
    /// address from the tracker.
    /// </summary>
    public virtual bool DialsLoopback => true;

    /// <summary>Whether it dials the peers that a magnet link names (<c>x.pe</c>).</summary>
    public virtual bool DialsPeersOfLinks => false;

    /// <summary>The address on which it listens and from which it announces to trackers.</summary>
    public virtual IPAddress Address => IPAddress.Loopback;

    /// <summary>A command that succeeds if the client is installed.</summary>
    protected abstract IReadOnlyList<string> Probe { get; }

    /// <summary>Starts the client. It downloads missing data and then seeds until it is ended.</summary>
    /// <param name="job">Torrent, folder and port. A folder with the whole content makes it a seed.</param>
    public abstract PeerProcess Start(RealClientJob job);

    /// <summary>Whether the client is installed.</summary>
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

/// <summary>The task of a client in a test.</summary>
/// <param name="TorrentFile">Path of the .torrent file.</param>
/// <param name="Folder">The folder that contains, or will contain, the content.</param>
/// <param name="Home">An empty folder for the client's own files.</param>
/// <param name="Port">TCP port to listen on.</param>
/// <param name="Link">A magnet link to use instead of the torrent; or null.</param>
internal sealed record RealClientJob(string TorrentFile, string Folder, string Home, int Port, string? Link = null)
{
    /// <summary>Whether the client must encrypt the whole stream and reject unencrypted peers.</summary>
    public bool RequiresEncryption { get; init; }

    /// <summary>The source that the client gets: the link or the file.</summary>
    public string Source => Link ?? TorrentFile;
}
