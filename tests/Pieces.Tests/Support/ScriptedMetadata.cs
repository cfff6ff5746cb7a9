using Pieces.Wire;

namespace Pieces.Tests.Support;

/// <summary>Peers that offer metadata, honest or not.</summary>
internal static class ScriptedMetadata
{
    /// <summary>Id under which the scripts take messages of the metadata exchange; another than the product's.</summary>
    public const byte TheirId = 7;

    /// <summary>Id under which the product takes them.</summary>
    public const byte OurId = 1;

    /// <summary>Shakes hands, has everything, and says how large its metadata is; null says nothing of a size.</summary>
    public static async Task GreetAsync(this ScriptedSession session, long? size)
    {
        await session.HandshakeAsync();
        await session.SendWholeAsync();
        string text = $"d1:md11:ut_metadatai{TheirId}ee{(size is { } known ? $"13:metadata_sizei{known}e" : "")}e";
        await session.SendFrameAsync((byte)PeerMessageId.Extended, [0, .. System.Text.Encoding.ASCII.GetBytes(text)]);
    }

    /// <summary>Sends a message of the metadata exchange.</summary>
    public static ValueTask SendMetadataAsync(this ScriptedSession session, MetadataMessage message) =>
        session.SendAsync(new ExtendedMessage(OurId, MetadataCodec.Encode(message)));

    /// <summary>The right answer to a request.</summary>
    public static MetadataData PartOf(this ScriptedSession session, int part) => PartOf(session.Data.Metainfo.InfoBytes, part);

    public static MetadataData PartOf(ReadOnlyMemory<byte> metadata, int part) => new(
        part, metadata.Length, metadata.Slice(part * MetadataCodec.PartLength, MetadataCodec.LengthOf(part, metadata.Length)));

    /// <summary>Seeds, and answers requests for metadata as told.</summary>
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

    /// <summary>A seed whose metadata has the right size and wrong bytes in some parts.</summary>
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
