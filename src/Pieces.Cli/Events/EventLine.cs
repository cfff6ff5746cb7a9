using System.Buffers;
using System.Text.Json;

namespace Pieces.Cli.Events;

/// <summary>Serializes an event.</summary>
internal static class EventLine
{
    /// <summary>Writes an event as one line of JSON, including the line end.</summary>
    public static void Write(TransferEvent e, IBufferWriter<byte> into)
    {
        using (var json = new Utf8JsonWriter(into))
            JsonSerializer.Serialize(json, e, e.GetType(), EventJson.Default);
        into.Write("\n"u8);
    }
}
