using Pieces.Net;
using Pieces.Trackers;

namespace Pieces.Cli.Sources;

/// <summary>
/// The network access of one command. It is created once from the command's flags, and all code that opens a connection requires it. A command that
/// does not read these flags therefore cannot load a URL.
/// </summary>
internal sealed class NetworkReach
{
    private readonly Lazy<LocalBinding?> _binding;

    private NetworkReach(Lazy<LocalBinding?> binding) => _binding = binding;

    /// <summary>The address and device that every socket is bound to; null for any.</summary>
    /// <exception cref="Failures.FailureException">The interface has not been resolved before, and it cannot be used.</exception>
    public LocalBinding? Binding => _binding.Value;

    /// <summary>Resolves the interface or address that the flags name.</summary>
    /// <exception cref="Failures.FailureException">The interface does not exist or has no address, or the address does not belong to this
    /// machine.</exception>
    public static NetworkReach Open(ReachSettings settings)
    {
        NetworkReach reach = OpenWhenNeeded(settings);
        _ = reach.Binding;
        return reach;
    }

    /// <summary>
    /// Like <see cref="Open"/>, for a command that may not need the network: the interface is resolved only when a connection is opened. If the
    /// command line itself names the interface, it is resolved immediately, because the user expects the network to be used.
    /// </summary>
    /// <param name="settings">The values of the flags.</param>
    /// <param name="isGivenHere">Whether the command line names the interface, rather than the configuration file or an environment variable.</param>
    public static NetworkReach OpenFor(ReachSettings settings, bool isGivenHere) => isGivenHere ? Open(settings) : OpenWhenNeeded(settings);

    private static NetworkReach OpenWhenNeeded(ReachSettings settings) =>
        new(new Lazy<LocalBinding?>(() => settings.Interface is { } name ? NetworkBinding.Resolve(name) : null));

    /// <summary>Returns the options for scraping trackers.</summary>
    public SwarmScrapeOptions ScrapeOptions(TimeProvider timeProvider) => new() { Binding = Binding, TimeProvider = timeProvider };
}
