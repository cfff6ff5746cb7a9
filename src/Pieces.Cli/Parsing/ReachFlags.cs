using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Encryption;

namespace Pieces.Cli.Parsing;

/// <summary>
/// Flags about the way to peers. Some stand before their features: what the feature's absence would betray is refused, the rest is kept or changes
/// nothing.
/// </summary>
internal sealed class ReachFlags
{
    private static readonly Dictionary<string, EncryptionPolicy> Encryptions = new(StringComparer.Ordinal)
    {
        ["prefer"] = EncryptionPolicy.Prefer,
        ["require"] = EncryptionPolicy.Require,
        ["off"] = EncryptionPolicy.Off,
    };

    private readonly Option<EncryptionPolicy> _encryption = Flag.Choice(
        Encryptions,
        "whether connections with peers are encrypted: require allows no plain stream, off no other, prefer takes both and "
            + "encrypts with whoever wants it (default: prefer)",
        "--encryption");

    private readonly Option<Uri> _proxy = Flag.Of(
        Values.Proxy, "URL", "socks5h:// or http:// proxy for trackers and peers alike, or nothing goes out", "--proxy");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_encryption);
        command.Options.Add(_proxy);
    }

    /// <summary>Whether connections with peers are encrypted.</summary>
    public EncryptionPolicy EncryptionOf(ParseResult parse) => parse.GetValue(_encryption);

    /// <summary>Refuses what cannot be kept: whoever wants a proxy must not get less.</summary>
    /// <exception cref="FailureException">Such a promise was asked for.</exception>
    public void Refuse(ParseResult parse)
    {
        if (parse.GetValue(_proxy) is not null)
            throw FailureException.Usage("--proxy: not built yet (nothing is sent past a proxy that was asked for)");
    }
}
