using System.CommandLine;
using Pieces.Cli.Failures;

namespace Pieces.Cli.Parsing;

/// <summary>
/// Flags about the way to peers that stand before their features: what the feature's absence would betray is refused, the rest is kept or changes
/// nothing.
/// </summary>
internal sealed class ReachFlags
{
    private static readonly Dictionary<string, Disguise> Encryptions = new(StringComparer.Ordinal)
    {
        ["prefer"] = Disguise.Prefer,
        ["require"] = Disguise.Require,
        ["off"] = Disguise.Off,
    };

    private readonly Option<Disguise> _encryption = Flag.Choice(
        Encryptions, "whether the stream between peers is disguised (default: prefer)", "--encryption");

    private readonly Option<Uri> _proxy = Flag.Of(
        Values.Proxy, "URL", "socks5h:// or http:// proxy for trackers and peers alike, or nothing goes out", "--proxy");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_encryption);
        command.Options.Add(_proxy);
    }

    /// <summary>Refuses what cannot be kept: whoever wants a proxy, or no plain stream, must not get less.</summary>
    /// <exception cref="FailureException">Such a promise was asked for.</exception>
    public void Refuse(ParseResult parse)
    {
        if (parse.GetValue(_proxy) is not null)
            throw FailureException.Usage("--proxy: not built yet (nothing is sent past a proxy that was asked for)");
        if (parse.GetValue(_encryption) == Disguise.Require)
            throw FailureException.Usage("--encryption require: not built yet (prefer and off are accepted)");
    }

    /// <summary>Whether the stream between peers looks like noise.</summary>
    private enum Disguise
    {
        Prefer,
        Require,
        Off,
    }
}
