namespace Pieces.Tests.Swarm.Simulation;

/// <summary>
/// Lower bounds for the time until all leechers are complete, whatever the protocol. The units are bytes, bytes per second, and seconds.
/// </summary>
internal static class SwarmBounds
{
    /// <summary>
    /// The bound if all leechers join at once. The seeds must send each byte once, all peers together must send one copy for each leecher, N F / (us
    /// + Σu), and each leecher must receive the content.
    /// </summary>
    public static double AtOnce(double bytes, int leechers, double seedUp, double leechersUp, double down) =>
        Max(bytes, leechers, seedUp, leechersUp, down);

    /// <summary>
    /// The bound if leechers join one after another. It is the greatest of three times: the seeds must send each byte once, the last leecher must
    /// receive the content after it has joined, and the peers present at each time must have sent one copy for each leecher.
    /// </summary>
    /// <param name="bytes">Length of the content.</param>
    /// <param name="leechers">Number of leechers.</param>
    /// <param name="seedUp">Upload rate of all seeds together.</param>
    /// <param name="uploaders">The leechers that upload: the time at which each joins, and its upload rate.</param>
    /// <param name="lastArrival">Time at which the last leecher joins.</param>
    /// <param name="down">Download rate of each leecher; 0 for no limit.</param>
    public static double WithArrivals(
        double bytes, int leechers, double seedUp, IEnumerable<(double JoinsAt, double Up)> uploaders, double lastArrival, double down)
    {
        double bound = seedUp > 0 ? bytes / seedUp : 0;
        bound = Math.Max(bound, lastArrival + (down > 0 ? bytes / down : 0));
        double wanted = bytes * leechers;
        double rate = seedUp, sent = 0, time = 0;
        foreach ((double joinsAt, double up) in uploaders.OrderBy(uploader => uploader.JoinsAt))
        {
            double then = sent + (rate * (joinsAt - time));
            if (then >= wanted)
                break;
            (sent, time, rate) = (then, joinsAt, rate + up);
        }

        return rate > 0 ? Math.Max(bound, time + ((wanted - sent) / rate)) : bound;
    }

    private static double Max(double bytes, int leechers, double seedUp, double leechersUp, double down)
    {
        double bySeed = seedUp > 0 ? bytes / seedUp : 0;
        double byAll = seedUp + leechersUp > 0 ? leechers * bytes / (seedUp + leechersUp) : 0;
        double byLine = down > 0 ? bytes / down : 0;
        return Math.Max(bySeed, Math.Max(byAll, byLine));
    }
}
