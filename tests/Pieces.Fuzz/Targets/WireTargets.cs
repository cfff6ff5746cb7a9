using System.Buffers;
using Pieces.Encryption;
using Pieces.Fuzz.Engine;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Fuzz.Targets;

/// <summary>What peers send: handshakes, frames, messages of extensions.</summary>
internal static class WireTargets
{
    private const int Long = 4096;
    private const int PieceCount = 1000;

    private static readonly SwarmKey Swarm = SwarmKey.FromBytes("01234567890123456789"u8);

    public static IEnumerable<IFuzzTarget> All =>
    [
        new ParserTarget("handshake", 128, HandshakeSeeds, FuzzWords.Of("\u0013BitTorrent protocol"), RunHandshake),
        new ParserTarget("encryption", 1400, EncryptionSeeds, [], RunEncryption),
        new ParserTarget("frames", Long, FrameSeeds, [], RunFrames),
        new ParserTarget("extension-handshake", Long, () => FuzzWords.Of(
            "d1:md11:lt_donthavei7e11:ut_metadatai1e6:ut_pexi2ee13:metadata_sizei31235e1:pi6881e4:reqqi500e1:v6:client6:yourip4:\u007f\0\0\u0001e"),
            [.. FuzzWords.Bencode, .. FuzzWords.Keys("m", "v", "p", "reqq", "yourip", "ipv4", "ipv6", "metadata_size", "upload_only", "ut_pex", "e")],
            input => Declared(() => ExtensionHandshake.Decode(input))),
        new ParserTarget("peer-exchange", Long, () => FuzzWords.Of(
            "d5:added6:\u000a\0\0\u0001\u001a\u00e17:added.f1:\u00016:added60:8:added6.f0:7:dropped0:8:dropped60:e"),
            [.. FuzzWords.Bencode, .. FuzzWords.Keys("added", "added.f", "added6", "added6.f", "dropped", "dropped6")],
            input => Declared(() => PeerExchangeCodec.Decode(input))),
        new ParserTarget("metadata-exchange", Long, () => FuzzWords.Of(
            "d8:msg_typei0e5:piecei0ee", "d8:msg_typei1e5:piecei0e10:total_sizei5eehello", "d8:msg_typei2e5:piecei9ee"),
            [.. FuzzWords.Bencode, .. FuzzWords.Keys("msg_type", "piece", "total_size")],
            input => Declared(() => MetadataCodec.Decode(input))),
        new ParserTarget("small-extensions", 64, () => FuzzWords.Of("\0\0\0\u0001", "\u0001", ""), [], input =>
        {
            Declared(() => DontHaveCodec.Decode(input));
            Declared(() => LotsCodec.Decode(input));
        }),
        new ParserTarget("utp", 1500, () => [[0x41, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0]], [], input =>
        {
            _ = UtpHeader.IsUtp(input);
            _ = UtpHeader.TryRead(input, out _, out _);
        }),
    ];

    private static IEnumerable<byte[]> HandshakeSeeds()
    {
        byte[] bytes = new byte[Handshake.Length];
        new Handshake(ReservedBits.Own, Swarm, PeerId.Create(new Random(1))).WriteTo(bytes);
        yield return bytes;
    }

    private static IEnumerable<byte[]> FrameSeeds()
    {
        var output = new ArrayBufferWriter<byte>();
        PeerMessageCodec.EncodeKeepAlive(output);
        PeerMessage[] messages =
        [
            UnchokeMessage.Instance, InterestedMessage.Instance, new HaveMessage(3), new BitfieldMessage(new byte[PieceCount / 8]),
            new RequestMessage(1, 0, 16384), new CancelMessage(1, 0, 16384), new RejectRequestMessage(1, 0, 16384), new SuggestPieceMessage(1),
            new AllowedFastMessage(2), new PortMessage(6881), new ExtendedMessage(0, "d1:mdee"u8.ToArray()), HaveAllMessage.Instance,
            HaveNoneMessage.Instance, ChokeMessage.Instance, NotInterestedMessage.Instance,
        ];
        foreach (PeerMessage message in messages)
        {
            PeerMessageCodec.Encode(message, output);
            var alone = new ArrayBufferWriter<byte>();
            PeerMessageCodec.Encode(message, alone);
            yield return alone.WrittenSpan.ToArray();
        }

        yield return output.WrittenSpan.ToArray();
    }

    private static IEnumerable<byte[]> EncryptionSeeds()
    {
        // What an honest dialer sends first, in one piece. The first byte chooses how the input is cut and which side reads it.
        var dialler = new DiallerHandshake(Swarm, CryptoMethods.Rc4 | CryptoMethods.Plain, new byte[68], ByteChance.Of(new Random(2)));
        yield return [0, .. dialler.Output.Span];
        yield return [1, .. dialler.Output.Span];
    }

    private static void RunHandshake(byte[] input)
    {
        for (int length = 0; length <= input.Length; length += 7)
            _ = Handshake.CanBegin(input.AsSpan(0, length));
        if (input.Length < Handshake.Length)
            return;
        Declared(() =>
        {
            Handshake handshake = Handshake.Read(input.AsSpan(0, Handshake.Length));
            byte[] again = new byte[Handshake.Length];
            handshake.WriteTo(again);
            _ = ClientName.Of(handshake.PeerId);
            return again;
        });
    }

    private static void RunEncryption(byte[] input)
    {
        if (input.Length == 0)
            return;
        var swarms = new EncryptedSwarms();
        swarms.Add(Swarm);
        var chance = ByteChance.Of(new Random(input[0]));
        const CryptoMethods Both = CryptoMethods.Rc4 | CryptoMethods.Plain;
        EncryptionHandshake side = (input[0] & 1) == 0
            ? new AnswererHandshake(swarms, Both, chance)
            : new DiallerHandshake(Swarm, Both, new byte[Handshake.Length], chance);
        Declared(() =>
        {
            int at = 1;
            int step = 1 + (input[0] >> 1);
            while (at < input.Length && !side.IsDone)
            {
                int count = Math.Min(Math.Min(step, side.Wanted.Length), input.Length - at);
                input.AsMemory(at, count).CopyTo(side.Wanted);
                at += count;
                side.Advance(count);
                side.ClearOutput();
            }

            return side;
        });
    }

    private static void RunFrames(byte[] input)
    {
        var limits = new PeerFrameLimits(PieceCount);
        Declared(() =>
        {
            var rest = new ReadOnlySequence<byte>(input);
            while (PeerFraming.TryRead(ref rest, limits.Longest, out PeerFrame frame))
            {
                if (frame.IsKeepAlive || (limits.Of(frame.Id) is { } most && frame.Header.Length > most))
                    continue;
                if (frame.Id == PeerMessageId.Piece || PeerMessageCodec.Decode(frame) is not { } message)
                    continue;
                var output = new ArrayBufferWriter<byte>();
                PeerMessageCodec.Encode(message, output);
                bool isSame = output.WrittenCount == frame.Header.Length + PeerFrameHeader.PrefixLength;
                BrokenPromiseException.Unless(isSame, "a message is written as it was read");
            }

            return rest;
        });
    }

    private static void Declared<T>(Func<T> parse)
    {
        try
        {
            _ = parse();
        }
        catch (PeerProtocolException)
        {
            // The declared exception: the connection is closed.
        }
    }
}
