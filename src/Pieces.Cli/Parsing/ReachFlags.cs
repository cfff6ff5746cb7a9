using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Sources;

namespace Pieces.Cli.Parsing;

/// <summary>
/// Flags of every command that can reach the network. <c>--proxy</c> is known and not implemented, so using it is an error: a direct connection would
/// break its promise.
/// </summary>
internal sealed class ReachFlags
{
    /// <summary>Name of the flag for the network interface.</summary>
    public const string Interface = "--interface";

    private readonly Option<string> _interface = Flag.Of(
        Values.Name, "NAME or ADDR", "bind every socket to this interface or address (default: any of them)", Interface);

    private readonly Option<Uri> _proxy = Flag.Of(
        Values.Proxy, "URL", "socks5h:// or http:// proxy for both trackers and peers; nothing is sent without it", "--proxy");

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_interface);
        command.Options.Add(_proxy);
    }

    /// <summary>Reads the flags.</summary>
    /// <exception cref="FailureException">A proxy is requested.</exception>
    public ReachSettings Read(ParseResult parse) => parse.GetValue(_proxy) is null
        ? new ReachSettings(parse.GetValue(_interface))
        : throw FailureException.Usage("--proxy: not implemented yet (pieces does not connect directly when a proxy is requested)");
}
