using System.Text.Json.Serialization;

namespace Pieces.Cli.Events;

/// <summary>One event of a run, for programs: one JSON object on a line of its own. Later versions only add fields.</summary>
/// <param name="Event">Name of the event.</param>
/// <param name="Time">When the event happened.</param>
/// <param name="Infohash">The info-hash in hexadecimal. Null if the event concerns no torrent, or if the info-hash never became known.</param>
internal abstract record TransferEvent(
    [property: JsonPropertyOrder(-2)] string Event,
    [property: JsonPropertyOrder(-3)] DateTimeOffset Time,
    [property: JsonPropertyOrder(-1)] string? Infohash)
{
    /// <summary>Version of the event format.</summary>
    [JsonPropertyOrder(-4)]
    public int V { get; } = 1;
}

/// <summary>The existing data has been checked and the transfer begins.</summary>
internal sealed record StartEvent(
    DateTimeOffset Time, string? Infohash, string Source, string Name, int Files, long Size, int Pieces, int PieceLength, int Have)
    : TransferEvent("start", Time, Infohash);

/// <summary>Content is shared: the link and the command line for recipients.</summary>
internal sealed record ShareEvent(DateTimeOffset Time, string? Infohash, string Name, string Magnet, string Command, int? Times)
    : TransferEvent("share", Time, Infohash);

/// <summary>The info dictionary of a magnet link has been received.</summary>
internal sealed record MetadataEvent(DateTimeOffset Time, string? Infohash, string Name, long Size) : TransferEvent("metadata", Time, Infohash);

/// <summary>A piece is verified and written.</summary>
internal sealed record PieceEvent(DateTimeOffset Time, string? Infohash, int Index, int Have, int Pieces) : TransferEvent("piece", Time, Infohash);

/// <summary>A file is complete, verified and under its final name. Files that were complete before the run are reported too.</summary>
internal sealed record FileEvent(DateTimeOffset Time, string? Infohash, string Path, long Size) : TransferEvent("file", Time, Infohash);

/// <summary>The progress of a torrent, once per second.</summary>
/// <param name="Time">When the state was read.</param>
/// <param name="Infohash">The torrent.</param>
/// <param name="Done">Verified and written bytes.</param>
/// <param name="Size">Wanted bytes; 0 until the metadata of a magnet link is known.</param>
/// <param name="DownRate">Download rate in bytes per second.</param>
/// <param name="UpRate">Upload rate in bytes per second.</param>
/// <param name="Uploaded">Bytes uploaded in this run.</param>
/// <param name="Peers">Number of connected peers.</param>
/// <param name="Seeds">Number of connected peers that have all pieces.</param>
/// <param name="EtaS">Estimated remaining time in seconds; null if unknown.</param>
/// <param name="DhtNodes">Number of known DHT nodes; null without DHT.</param>
/// <param name="Phase">Name of the torrent's phase.</param>
internal sealed record ProgressEvent(
    DateTimeOffset Time,
    string? Infohash,
    long Done,
    long Size,
    long DownRate,
    long UpRate,
    long Uploaded,
    int Peers,
    int Seeds,
    long? EtaS,
    int? DhtNodes,
    string Phase)
    : TransferEvent("progress", Time, Infohash);

/// <summary>A peer connected, disconnected, was banned or became a seed.</summary>
internal sealed record PeerEvent(DateTimeOffset Time, string? Infohash, string Address, string State, string Reason, string Client, string? Origin)
    : TransferEvent("peer", Time, Infohash)
{
    /// <summary>Whether the whole connection is encrypted. Only present when a peer has connected.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Encrypted { get; init; }
}

/// <summary>A tracker answered or failed.</summary>
internal sealed record TrackerEvent(DateTimeOffset Time, string? Infohash, string Url, bool Ok, int Peers, string? Error)
    : TransferEvent("tracker", Time, Infohash);

/// <summary>There is a problem, but the run continues.</summary>
internal sealed record WarningEvent(DateTimeOffset Time, string? Infohash, string? Source, string Message, int Code)
    : TransferEvent("warning", Time, Infohash);

/// <summary>Something failed.</summary>
internal sealed record ErrorEvent(DateTimeOffset Time, string? Infohash, string? Source, string Message, int Code)
    : TransferEvent("error", Time, Infohash);

/// <summary>All selected files are complete and verified.</summary>
internal sealed record CompleteEvent(
    DateTimeOffset Time, string? Infohash, string Name, string Path, long Size, double Seconds, long Downloaded, long Uploaded, long Wasted)
    : TransferEvent("complete", Time, Infohash)
{
    /// <summary>The files. Only present in the event that hooks receive.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CompleteFile>? Files { get; init; }
}

/// <summary>One file of a complete torrent.</summary>
internal sealed record CompleteFile(string Path, long Size);

/// <summary>The result of a source. It is the last event of the source.</summary>
/// <param name="Time">When the event was written.</param>
/// <param name="Infohash">The torrent, or null.</param>
/// <param name="Source">The source as the user gave it; null if the run as a whole failed.</param>
/// <param name="Exit">Exit code of the process.</param>
/// <param name="Code">Exit code of this source alone.</param>
/// <param name="Reason">Why the source ended, for people.</param>
internal sealed record SummaryEvent(DateTimeOffset Time, string? Infohash, string? Source, int Exit, int Code, string Reason)
    : TransferEvent("summary", Time, Infohash);
