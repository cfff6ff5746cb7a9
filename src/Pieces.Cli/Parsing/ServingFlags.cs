using System.CommandLine;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Cli.Parsing;

/// <summary>Flags of every command that uploads to peers.</summary>
internal sealed class ServingFlags
{
    private readonly Option<ByteRate> _up = Flag.Of(
        Values.Rate, "RATE", "maximum bytes per second to send, for example 500K (default: no limit)", "--up-limit");

    private readonly Option<int?> _maxPeers = Flag.Of<int?>(
        text => Values.Count(text), "N", "maximum number of connections for one torrent (default: 100)", "--max-peers");

    private readonly Option<PortRange?> _port;

    /// <param name="tracks">Whether the command also runs a tracker, on the port after the listen port.</param>
    public ServingFlags(bool tracks = false)
    {
        string next = tracks ? "; the tracker uses the next one" : string.Empty;
        _port = Flag.Of<PortRange?>(
            text => Values.Ports(text),
            "N or N-M",
            $"listen port (default: 6881-6999; the first free one is used; 0 means any){next}",
            "--port",
            "-p");
    }

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_up);
        command.Options.Add(_maxPeers);
        command.Options.Add(_port);
    }

    /// <summary>Reads the flags.</summary>
    public ServingSettings Read(ParseResult parse) =>
        new(parse.GetValue(_up), parse.GetValue(_maxPeers) ?? new TorrentOptions().MaxPeers, parse.GetValue(_port));
}
