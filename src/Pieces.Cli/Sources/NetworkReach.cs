using Pieces.Net;
using Pieces.Trackers;

namespace Pieces.Cli.Sources;

/// <summary>
/// The way of one command to the network. It is opened once, from the command's flags, and everything in the program that opens a connection takes
/// it: a command that does not read the flags cannot load a URL.
/// </summary>
internal sealed class NetworkReach
{
    private NetworkReach(LocalBinding? binding) => Binding = binding;

    /// <summary>What every socket is bound to, or null for anything.</summary>
    public LocalBinding? Binding { get; }

    /// <summary>Finds the interface or address that the flags name.</summary>
    /// <exception cref="Failures.FailureException">There is no such interface, it has no address, or the address is not this machine's.</exception>
    public static NetworkReach Open(ReachSettings settings) => new(settings.Interface is { } name ? NetworkBinding.Resolve(name) : null);

    /// <summary>How trackers are asked for their counts.</summary>
    public SwarmScrapeOptions ScrapeOptions(TimeProvider timeProvider) => new() { Binding = Binding, TimeProvider = timeProvider };
}
