using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>
/// Decides when an idle run releases memory. A seeder that is idle for days must not keep the memory that its download or a temporary crowd of peers
/// needed.
/// </summary>
internal sealed class QuietTrim
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    // Minimum time between two releases. Without it, a run whose peers often connect and disconnect would release memory after each of them.
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private TimeSpan _lastStir;
    private TimeSpan? _lastTrim;
    private int _peers;
    private bool _isDue = true;

    /// <summary>Checks the current states.</summary>
    /// <param name="states">The state of each torrent.</param>
    /// <param name="elapsed">Time since the run began.</param>
    /// <returns>Whether to release memory now.</returns>
    public bool Check(IEnumerable<TorrentSnapshot> states, TimeSpan elapsed)
    {
        bool stirs = false;
        int peers = 0;
        foreach (TorrentSnapshot state in states)
        {
            stirs |= state.DownloadRate > 0 || state.UploadRate > 0 || state.Phase == TorrentPhase.Checking;
            peers += state.ConnectedPeers;
        }

        if (stirs || peers != _peers)
        {
            _lastStir = elapsed;
            _isDue = true;
        }

        _peers = peers;
        if (!_isDue || elapsed - _lastStir < Quiet || elapsed - _lastTrim < Rest)
            return false;
        _isDue = false;
        _lastTrim = elapsed;
        return true;
    }
}
