using System.Buffers;
using System.Text.Json;

namespace Pieces.Cli.Events;

/// <summary>An event as bytes.</summary>
internal static class EventLine
{
    /// <summary>Writes one line, its end included.</summary>
    public static void Write(TransferEvent e, IBufferWriter<byte> into)
    {
        using (var json = new Utf8JsonWriter(into))
            JsonSerializer.Serialize(json, e, e.GetType(), EventJson.Default);
        into.Write("\n"u8);
    }
}
