using System.CommandLine;
using System.Net;
using Pieces.Cli.Transfers;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Cli.Parsing;

/// <summary>Flags about peers, trackers, ports and limits: the same for everything that transfers.</summary>
internal sealed class NetworkFlags
{
    private readonly Option<ByteRate> _down = Flag.Of(Values.Rate, "RATE", "bytes a second to receive at most, for example 2M (default: no limit)", "--down-limit");
    private readonly Option<ByteRate> _up = Flag.Of(Values.Rate, "RATE", "bytes a second to send at most, for example 500K (default: no limit)", "--up-limit");
    private readonly Option<List<EndPoint>> _peers = Flag.Repeated(Values.Peer, "HOST:PORT", "a peer given by hand (again for more)", "--peer");
    private readonly Option<List<string>> _trackers = Flag.Repeated(Values.Tracker, "URL", "one more tracker (again for more)", "--tracker");
    private readonly Option<bool> _noTrackers = Flag.Switch("ask no tracker", "--no-trackers");
    private readonly Option<bool> _noPex = Flag.Switch("do not exchange peers with peers", "--no-pex");
    private readonly Option<bool> _noLsd = Flag.Switch("do not look for peers in the local network", "--no-lsd");
    private readonly Option<PortRange?> _port = Flag.Of<PortRange?>(text => Values.Ports(text), "N or N-M", "listen port (default: 6881-6999; the first free one is taken, and 0 is any)", "--port", "-p");
    private readonly DhtFlags _dht = new();
    private readonly NetworkTail _tail = new();
    private readonly ReachFlags _reach = new();

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (ReadOnlySpan<Option>)[_down, _up, _peers, _trackers, _noTrackers, _noPex, _noLsd, _port])
            command.Options.Add(option);
        _dht.AddTo(command);
        _tail.AddTo(command);
        _reach.AddTo(command);
    }

    /// <summary>Sets what concerns one torrent.</summary>
    public TorrentOptions Apply(ParseResult parse, TorrentOptions options) => options with
    {
        Peers = [.. parse.GetValue(_peers) ?? []],
        ExtraTrackers = parse.GetValue(_noTrackers) ? [] : [.. parse.GetValue(_trackers) ?? []],
        UseTrackers = !parse.GetValue(_noTrackers),
        UsePeerExchange = !parse.GetValue(_noPex),
        UseLocalDiscovery = !parse.GetValue(_noLsd),
        MaxPeers = _tail.MaxPeersOf(parse),
    };

    /// <summary>Sets what all torrents share.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="isOneShot">Whether the run ends when its download does.</param>
    /// <exception cref="Failures.FailureException">A flag promises what is not built yet.</exception>
    public TorrentClientOptions ClientOptionsOf(ParseResult parse, bool isOneShot = false)
    {
        _reach.Refuse(parse);
        var options = new TorrentClientOptions
        {
            DownloadLimit = parse.GetValue(_down),
            UploadLimit = parse.GetValue(_up),
            Encryption = _reach.EncryptionOf(parse),
            Dht = _dht.Of(parse, isOneShot),
            Binding = _tail.InterfaceOf(parse) is { } name ? NetworkBinding.Resolve(name) : null,
        };
        return parse.GetValue(_port) is { } ports ? options with { FirstPort = ports.First, LastPort = ports.Last } : options;
    }

    /// <summary>The two that are about connections as such.</summary>
    private sealed class NetworkTail
    {
        private readonly Option<string> _interface = Flag.Of(Values.Name, "NAME or ADDR", "bind every socket to this interface or address (default: any of them)", "--interface");
        private readonly Option<int?> _maxPeers = Flag.Of<int?>(text => Values.Count(text), "N", "connections for one torrent (default: 100)", "--max-peers");

        public void AddTo(Command command)
        {
            command.Options.Add(_interface);
            command.Options.Add(_maxPeers);
        }

        public string? InterfaceOf(ParseResult parse) => parse.GetValue(_interface);

        public int MaxPeersOf(ParseResult parse) => parse.GetValue(_maxPeers) ?? new TorrentOptions().MaxPeers;
    }
}
