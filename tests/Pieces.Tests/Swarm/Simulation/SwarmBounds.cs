namespace Pieces.Tests.Swarm.Simulation;

/// <summary>How soon everybody could be done at best, whatever the protocol. Bytes, bytes a second, seconds.</summary>
internal static class SwarmBounds
{
    /// <summary>
    /// When all come at once: the seeds must send each byte once, and all together must send a copy for each leecher. N F / (us + the sum of u).
    /// </summary>
    public static double AtOnce(double bytes, int leechers, double seedUp, double leechersUp, double down) =>
        Max(bytes, leechers, seedUp, leechersUp, down);

    /// <summary>
    /// When they come one after another: the same, the last one's own line, and the time at which those who were there could have sent a copy for
    /// each leecher.
    /// </summary>
    /// <param name="bytes">What each wants.</param>
    /// <param name="leechers">How many there are.</param>
    /// <param name="seedUp">Of all seeds.</param>
    /// <param name="uploaders">Leechers that give: when each comes, and its rate.</param>
    /// <param name="lastArrival">When the last leecher comes.</param>
    /// <param name="down">Of each; 0 for no limit.</param>
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
