using System.Collections.Immutable;
using System.CommandLine;
using System.Net;

namespace Pieces.Cli.Parsing;

/// <summary>Flags of the DHT.</summary>
internal sealed class DhtFlags
{
    private readonly Option<bool> _none = Flag.Switch("do not use the distributed hash table", "--no-dht");

    private readonly Option<List<EndPoint>> _bootstrap = Flag.Repeated(
        Values.Peer,
        "HOST:PORT",
        "a bootstrap node of the distributed hash table, instead of the public ones, for closed networks (repeatable)",
        "--dht-bootstrap");

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_none);
        command.Options.Add(_bootstrap);
    }

    /// <summary>Returns the bootstrap nodes; empty for the public ones. Null if the DHT is disabled.</summary>
    public ImmutableArray<EndPoint>? Read(ParseResult parse) => parse.GetValue(_none) ? null : [.. parse.GetValue(_bootstrap) ?? []];
}
