using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Pieces.Tests.Metadata;

namespace Pieces.Tests.Support;

/// <summary>The events of a run, each checked against the schema that the repository publishes.</summary>
internal static class EventLines
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(File.ReadAllText(Path.Combine(Repository.Root, "docs", "events.schema.json")));

    /// <summary>Parses lines. Fails if a line is not an event.</summary>
    public static IReadOnlyList<JsonObject> Parse(string text)
    {
        text.Should().EndWith("\n", "each event is a whole line");
        string[] lines = text.Split('\n')[..^1];
        lines.Should().OnlyContain(line => line.All(c => c >= ' ' && c <= '~'), "an event holds plain characters alone");
        var events = new List<JsonObject>();
        foreach (string line in lines)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            if (!Schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.Flag }).IsValid)
                Assert.Fail($"this is to be an event: {line}");
            events.Add(JsonNode.Parse(line)!.AsObject());
        }

        return events;
    }

    /// <summary>Returns the events of one kind.</summary>
    public static IReadOnlyList<JsonObject> Of(this IEnumerable<JsonObject> events, string name) => [.. events.Where(e => e.Text("event") == name)];

    /// <summary>Returns the value of a text field, or null.</summary>
    public static string? Text(this JsonObject e, string field) => (string?)e[field];

    /// <summary>Returns the value of a numeric field.</summary>
    public static long Number(this JsonObject e, string field) => (long)e[field]!;
}
