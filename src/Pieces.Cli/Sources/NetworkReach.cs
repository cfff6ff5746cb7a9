using Pieces.Net;
using Pieces.Trackers;

namespace Pieces.Cli.Sources;

/// <summary>
/// The way of one command to the network. It is opened once, from the command's flags, and everything in the program that opens a connection takes
/// it: a command that does not read the flags cannot load a URL.
/// </summary>
internal sealed class NetworkReach
{
    private readonly Lazy<LocalBinding?> _binding;

    private NetworkReach(Lazy<LocalBinding?> binding) => _binding = binding;

    /// <summary>What every socket is bound to, or null for anything.</summary>
    /// <exception cref="Failures.FailureException">It was not looked for before, and it cannot be used.</exception>
    public LocalBinding? Binding => _binding.Value;

    /// <summary>Finds the interface or address that the flags name.</summary>
    /// <exception cref="Failures.FailureException">There is no such interface, it has no address, or the address is not this machine's.</exception>
    public static NetworkReach Open(ReachSettings settings)
    {
        NetworkReach reach = OpenWhenNeeded(settings);
        _ = reach.Binding;
        return reach;
    }

    /// <summary>
    /// As <see cref="Open"/>, for a command that may do all its work on this machine: the interface is looked for when something wants to connect. An interface
    /// that the command line itself names is looked for at once, since its user expects the network to be used.
    /// </summary>
    /// <param name="settings">What the flags say.</param>
    /// <param name="isGivenHere">Whether the command line names the interface; otherwise a file or a variable does.</param>
    public static NetworkReach OpenFor(ReachSettings settings, bool isGivenHere) => isGivenHere ? Open(settings) : OpenWhenNeeded(settings);

    private static NetworkReach OpenWhenNeeded(ReachSettings settings) =>
        new(new Lazy<LocalBinding?>(() => settings.Interface is { } name ? NetworkBinding.Resolve(name) : null));

    /// <summary>How trackers are asked for their counts.</summary>
    public SwarmScrapeOptions ScrapeOptions(TimeProvider timeProvider) => new() { Binding = Binding, TimeProvider = timeProvider };
}
