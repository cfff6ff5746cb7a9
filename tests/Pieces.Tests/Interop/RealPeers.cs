namespace Pieces.Tests.Interop;

/// <summary>The clients that pieces is tried against.</summary>
internal static class RealPeers
{
    private static readonly RealClient[] Known = [new Libtorrent(), new Aria2(), new Transmission(), new QBittorrent(), new RTorrent()];

    public static RealClient Get(string name) => Known.Single(client => client.Name == name);

    /// <summary>Skips the running test where a program is missing, and fails it instead where CI is set: there nothing may go untried.</summary>
    public static void Require(bool installed, string program)
    {
        if (installed)
            return;
        Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", $"{program} is not installed");
        Assert.Fail($"{program} is not installed, and with CI=true it must be");
    }
}
