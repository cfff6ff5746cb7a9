using System.CommandLine;
using System.Net;
using Pieces.Encryption;
using Pieces.Primitives;

namespace Pieces.Cli.Parsing;

/// <summary>Flags about peers, trackers and limits, shared by all commands that join swarms.</summary>
internal sealed class SwarmFlags
{
    private static readonly Dictionary<string, EncryptionPolicy> Encryptions = new(StringComparer.Ordinal)
    {
        ["prefer"] = EncryptionPolicy.Prefer,
        ["require"] = EncryptionPolicy.Require,
        ["off"] = EncryptionPolicy.Off,
    };

    private readonly Option<ByteRate> _down = Flag.Of(
        Values.Rate, "RATE", "maximum bytes per second to receive, for example 2M (default: no limit)", "--down-limit");

    private readonly Option<List<EndPoint>> _peers = Flag.Repeated(Values.Peer, "HOST:PORT", "a peer to connect to (repeatable)", "--peer");
    private readonly Option<List<string>> _trackers = Flag.Repeated(Values.Tracker, "URL", "an additional tracker (repeatable)", "--tracker");
    private readonly Option<bool> _noTrackers = Flag.Switch("do not use trackers", "--no-trackers");
    private readonly Option<bool> _noPex = Flag.Switch("do not exchange addresses of peers with peers", "--no-pex");
    private readonly Option<bool> _noLsd = Flag.Switch("do not look for peers on the local network", "--no-lsd");

    private readonly Option<EncryptionPolicy> _encryption = Flag.Choice(
        Encryptions,
        "whether connections with peers are encrypted: require rejects unencrypted ones, off rejects encrypted ones, "
            + "prefer accepts both and encrypts if the peer wants it (default: prefer)",
        "--encryption");

    private readonly DhtFlags _dht = new();
    private readonly ServingFlags _serving = new();

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (ReadOnlySpan<Option>)[_down, _peers, _trackers, _noTrackers, _noPex, _noLsd, _encryption])
            command.Options.Add(option);
        _dht.AddTo(command);
        _serving.AddTo(command);
    }

    /// <summary>Reads the flags.</summary>
    public SwarmSettings Read(ParseResult parse) => new()
    {
        Serving = _serving.Read(parse),
        DownloadLimit = parse.GetValue(_down),
        Encryption = parse.GetValue(_encryption),
        Peers = [.. parse.GetValue(_peers) ?? []],
        Trackers = [.. parse.GetValue(_trackers) ?? []],
        UsesTrackers = !parse.GetValue(_noTrackers),
        UsesPeerExchange = !parse.GetValue(_noPex),
        UsesLocalDiscovery = !parse.GetValue(_noLsd),
        DhtNodes = _dht.Read(parse),
    };
}
