using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>
/// Decides when a run that has fallen quiet gives memory back: a seeder that waits for days is not to hold what its download, or a crowd that came and went,
/// once needed.
/// </summary>
internal sealed class QuietTrim
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    // Where peers come and go all the time, it is not done after each.
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private TimeSpan _lastStir;
    private TimeSpan? _lastTrim;
    private int _peers;
    private bool _isDue = true;

    /// <summary>Looks at the states of the moment.</summary>
    /// <param name="states">One for each torrent.</param>
    /// <param name="elapsed">Time since the run began.</param>
    /// <returns>Whether to give back now.</returns>
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
