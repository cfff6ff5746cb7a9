using System.Text.Json.Serialization;

namespace Pieces.Cli.Events;

/// <summary>One event of a run, for programs: one JSON object on a line of its own. Fields are only ever added.</summary>
/// <param name="Event">Its name.</param>
/// <param name="Time">When it happened.</param>
/// <param name="Infohash">The torrent in hexadecimal, or null where none is concerned or it never became known.</param>
internal abstract record TransferEvent(
    [property: JsonPropertyOrder(-2)] string Event,
    [property: JsonPropertyOrder(-3)] DateTimeOffset Time,
    [property: JsonPropertyOrder(-1)] string? Infohash)
{
    /// <summary>The version of the format.</summary>
    [JsonPropertyOrder(-4)]
    public int V { get; } = 1;
}

/// <summary>The data that was there has been looked at; the transfer begins.</summary>
internal sealed record StartEvent(
    DateTimeOffset Time, string? Infohash, string Source, string Name, int Files, long Size, int Pieces, int PieceLength, int Have)
    : TransferEvent("start", Time, Infohash);

/// <summary>Content is offered to others: what they are to be given.</summary>
internal sealed record ShareEvent(DateTimeOffset Time, string? Infohash, string Name, string Magnet, string Command, int? Times)
    : TransferEvent("share", Time, Infohash);

/// <summary>A magnet link's info dictionary has arrived.</summary>
internal sealed record MetadataEvent(DateTimeOffset Time, string? Infohash, string Name, long Size) : TransferEvent("metadata", Time, Infohash);

/// <summary>A piece is verified and written.</summary>
internal sealed record PieceEvent(DateTimeOffset Time, string? Infohash, int Index, int Have, int Pieces) : TransferEvent("piece", Time, Infohash);

/// <summary>A file is complete, verified and under its final name, now or since before the run.</summary>
internal sealed record FileEvent(DateTimeOffset Time, string? Infohash, string Path, long Size) : TransferEvent("file", Time, Infohash);

/// <summary>How far it is; once a second.</summary>
/// <param name="Time">When that was.</param>
/// <param name="Infohash">The torrent.</param>
/// <param name="Done">Bytes verified and written.</param>
/// <param name="Size">Bytes wanted; 0 while nothing but a link is known.</param>
/// <param name="DownRate">Bytes a second.</param>
/// <param name="UpRate">Bytes a second.</param>
/// <param name="Uploaded">Bytes in this run.</param>
/// <param name="Peers">Connected peers.</param>
/// <param name="Seeds">Those of them that have everything.</param>
/// <param name="EtaS">Seconds, or null when nobody knows.</param>
/// <param name="DhtNodes">Nodes of the DHT that are known, or null.</param>
/// <param name="Phase">What it is doing.</param>
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

/// <summary>A peer came or went.</summary>
internal sealed record PeerEvent(DateTimeOffset Time, string? Infohash, string Address, string State, string Reason, string Client, string? Origin)
    : TransferEvent("peer", Time, Infohash)
{
    /// <summary>Whether the whole stream is encrypted; told when it came.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Encrypted { get; init; }
}

/// <summary>A tracker answered or failed.</summary>
internal sealed record TrackerEvent(DateTimeOffset Time, string? Infohash, string Url, bool Ok, int Peers, string? Error)
    : TransferEvent("tracker", Time, Infohash);

/// <summary>Something is worse than it should be, and the run goes on.</summary>
internal sealed record WarningEvent(DateTimeOffset Time, string? Infohash, string? Source, string Message, int Code)
    : TransferEvent("warning", Time, Infohash);

/// <summary>Something failed.</summary>
internal sealed record ErrorEvent(DateTimeOffset Time, string? Infohash, string? Source, string Message, int Code)
    : TransferEvent("error", Time, Infohash);

/// <summary>Everything that was selected is complete and verified.</summary>
internal sealed record CompleteEvent(
    DateTimeOffset Time, string? Infohash, string Name, string Path, long Size, double Seconds, long Downloaded, long Uploaded, long Wasted)
    : TransferEvent("complete", Time, Infohash)
{
    /// <summary>The files; told to hooks alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CompleteFile>? Files { get; init; }
}

/// <summary>One file of a complete torrent.</summary>
internal sealed record CompleteFile(string Path, long Size);

/// <summary>The last word on a source.</summary>
/// <param name="Time">When it was said.</param>
/// <param name="Infohash">The torrent, or null.</param>
/// <param name="Source">How the source is called, or null where the whole run failed.</param>
/// <param name="Exit">The code of the process.</param>
/// <param name="Code">The code of this source alone.</param>
/// <param name="Reason">Why it ended, for people.</param>
internal sealed record SummaryEvent(DateTimeOffset Time, string? Infohash, string? Source, int Exit, int Code, string Reason)
    : TransferEvent("summary", Time, Infohash);
