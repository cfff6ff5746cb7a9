using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pieces.Cli.Reports;

/// <summary>
/// Reports as JSON: one object on one line. The text is pure ASCII, so that no name can send control sequences to a terminal or confuse a parser. All
/// fields are always present.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ShowReport))]
[JsonSerializable(typeof(VerifyReport))]
[JsonSerializable(typeof(DryRunReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>Returns the line of a report.</summary>
    public static string Line<T>(T report, JsonTypeInfo<T> type) => JsonSerializer.Serialize(report, type);
}
