using Pieces.Wire;

namespace Pieces.Tests.Support;

/// <summary>Scripts of peers that offer metadata, honest and malicious ones.</summary>
internal static class ScriptedMetadata
{
    /// <summary>Extension id under which the scripts receive metadata messages. It differs from the id that the program uses.</summary>
    public const byte TheirId = 7;

    /// <summary>Extension id under which the program receives metadata messages.</summary>
    public const byte OurId = 1;

    /// <summary>Carries out the handshakes, announces all pieces, and states the size of the metadata; null states no size.</summary>
    public static async Task GreetAsync(this ScriptedSession session, long? size)
    {
        await session.HandshakeAsync();
        await session.SendWholeAsync();
        string text = $"d1:md11:ut_metadatai{TheirId}ee{(size is { } known ? $"13:metadata_sizei{known}e" : "")}e";
        await session.SendFrameAsync((byte)PeerMessageId.Extended, [0, .. System.Text.Encoding.ASCII.GetBytes(text)]);
    }

    /// <summary>Sends a metadata message.</summary>
    public static ValueTask SendMetadataAsync(this ScriptedSession session, MetadataMessage message) =>
        session.SendAsync(new ExtendedMessage(OurId, MetadataCodec.Encode(message)));

    /// <summary>Returns the correct response to a request.</summary>
    public static MetadataData PartOf(this ScriptedSession session, int part) => PartOf(session.Data.Metainfo.InfoBytes, part);

    public static MetadataData PartOf(ReadOnlyMemory<byte> metadata, int part) => new(
        part, metadata.Length, metadata.Slice(part * MetadataCodec.PartLength, MetadataCodec.LengthOf(part, metadata.Length)));

    /// <summary>Seeds, and answers requests for metadata by the given function.</summary>
    public static Task ServeMetadataAsync(this ScriptedSession session, Func<int, ValueTask> onRequest) => session.ServeAsync(onOther: async frame =>
    {
        if (frame is { Id: (byte)PeerMessageId.Extended, Payload: [TheirId, ..] }
            && MetadataCodec.Decode(frame.Payload.AsMemory(1)) is MetadataRequest request)
            await onRequest(request.Part);
    });

    /// <summary>An honest seed that serves metadata.</summary>
    public static async Task SeedWithMetadataAsync(this ScriptedSession session)
    {
        await session.GreetAsync(session.Data.Metainfo.InfoBytes.Length);
        await session.ServeMetadataAsync(part => session.SendMetadataAsync(session.PartOf(part)));
    }

    /// <summary>A seed whose metadata has the right size, and wrong bytes in some parts.</summary>
    public static async Task PoisonAsync(this ScriptedSession session, Func<int, bool> isWrong)
    {
        await session.GreetAsync(session.Data.Metainfo.InfoBytes.Length);
        await session.ServeMetadataAsync(part =>
        {
            MetadataData right = session.PartOf(part);
            byte[] bytes = right.Bytes.ToArray();
            if (isWrong(part))
                bytes[^1] ^= 1;
            return session.SendMetadataAsync(right with { Bytes = bytes });
        });
    }
}
