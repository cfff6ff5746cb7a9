namespace Pieces.Tests.Interop;

/// <summary>The clients that the program is tried against.</summary>
internal static class RealPeers
{
    private static readonly RealClient[] Known = [new Libtorrent(), new Aria2(), new Transmission(), new QBittorrent(), new RTorrent()];

    /// <summary>
    /// Finds a client, and skips the running test if it or the tracker is not installed. Where CI=true that fails the test instead: there
    /// nothing may go untried.
    /// </summary>
    public static RealClient Require(string name, TrackerKind tracker)
    {
        RealClient client = Require(name);
        if (tracker is TrackerKind.OpenTrackerHttp or TrackerKind.OpenTrackerUdp)
            Require(OpenTracker.IsInstalled(), "opentracker");
        return client;
    }

    /// <summary>As the other one, where no tracker is needed.</summary>
    public static RealClient Require(string name)
    {
        RealClient client = Known.Single(client => client.Name == name);
        Require(client.IsInstalled(), name);
        return client;
    }

    private static void Require(bool installed, string program)
    {
        if (installed)
            return;
        string reason = $"{program} is not installed";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        else
            Assert.Skip(reason);
    }
}
