using System.CommandLine;
using System.Net;
using Pieces.Dht;

namespace Pieces.Cli.Parsing;

/// <summary>Whether and where the distributed hash table is asked.</summary>
internal sealed class DhtFlags
{
    private const string CacheVariable = "XDG_CACHE_HOME";

    private readonly Option<bool> _none = Flag.Switch("do not use the distributed hash table", "--no-dht");

    private readonly Option<List<EndPoint>> _bootstrap = Flag.Repeated(
        Values.Peer,
        "HOST:PORT",
        "a node where the distributed hash table begins instead of the public ones, for closed networks (again for more)",
        "--dht-bootstrap");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_none);
        command.Options.Add(_bootstrap);
    }

    /// <summary>What they say; null when it is not to be asked.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="isOneShot">Whether the run ends when its download does.</param>
    public DhtSettings? Of(ParseResult parse, bool isOneShot) => parse.GetValue(_none) ? null : new DhtSettings
    {
        Bootstrap = [.. parse.GetValue(_bootstrap) ?? []],
        IsReadOnly = isOneShot,
        CacheFile = CacheFile(),
    };

    // Null where nobody has told where such files go.
    private static string? CacheFile()
    {
        string? folder = Environment.GetEnvironmentVariable(CacheVariable);
        if (string.IsNullOrEmpty(folder) || !Path.IsPathFullyQualified(folder))
        {
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            folder = home.Length == 0 ? null
                : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Join(home, ".cache");
        }

        return string.IsNullOrEmpty(folder) ? null : Path.Join(folder, "pieces", "dht");
    }
}
