using System.Text.Json.Serialization;

namespace Pieces.Cli.Events;

/// <summary>
/// The JSON serialization of events, generated at build time. All characters except plain ASCII are escaped, so that a name from the network can
/// neither break a line nor send control sequences to a terminal. An unpaired surrogate becomes U+FFFD.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(EventTime)])]
[JsonSerializable(typeof(StartEvent))]
[JsonSerializable(typeof(ShareEvent))]
[JsonSerializable(typeof(MetadataEvent))]
[JsonSerializable(typeof(PieceEvent))]
[JsonSerializable(typeof(FileEvent))]
[JsonSerializable(typeof(ProgressEvent))]
[JsonSerializable(typeof(PeerEvent))]
[JsonSerializable(typeof(TrackerEvent))]
[JsonSerializable(typeof(WarningEvent))]
[JsonSerializable(typeof(ErrorEvent))]
[JsonSerializable(typeof(CompleteEvent))]
[JsonSerializable(typeof(SummaryEvent))]
internal sealed partial class EventJson : JsonSerializerContext;
