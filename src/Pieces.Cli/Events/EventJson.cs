using System.Text.Json.Serialization;

namespace Pieces.Cli.Events;

/// <summary>
/// How events become JSON, made when the program is built. Everything but plain ASCII is escaped, so that a name from a stranger can neither break a
/// line nor steer a terminal; half of a surrogate pair becomes U+FFFD.
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
