namespace Pieces.Tests.Interop;

/// <summary>The clients with which the program is tested.</summary>
internal static class RealPeers
{
    private static readonly RealClient[] Known = [new Libtorrent(), new Aria2(), new Transmission(), new QBittorrent(), new RTorrent()];

    /// <summary>
    /// Finds a client, and skips the running test if it or the tracker is not installed. If CI=true, the test fails instead, so that CI runs every
    /// test.
    /// </summary>
    public static RealClient Require(string name, TrackerKind tracker)
    {
        RealClient client = Require(name);
        if (tracker is TrackerKind.OpenTrackerHttp or TrackerKind.OpenTrackerUdp)
            Require(OpenTracker.IsInstalled(), "opentracker");
        return client;
    }

    /// <summary>Like the other overload, for tests that need no tracker.</summary>
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
