using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pieces.Cli.Reports;

/// <summary>Reports as JSON: one object on one line, pure ASCII, every field always there, so that nothing in a name can steer a terminal or a parser.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ShowReport))]
[JsonSerializable(typeof(VerifyReport))]
[JsonSerializable(typeof(DryRunReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>The line of a report.</summary>
    public static string Line<T>(T report, JsonTypeInfo<T> type) => JsonSerializer.Serialize(report, type);
}
