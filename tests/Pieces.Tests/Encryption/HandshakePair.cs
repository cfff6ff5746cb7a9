using Pieces.Encryption;
using Pieces.Primitives;

namespace Pieces.Tests.Encryption;

/// <summary>Both sides of an encrypted handshake, and the wire between them, without a stream.</summary>
internal sealed class HandshakePair
{
    private readonly Queue<byte> _toDialler = new();
    private readonly Queue<byte> _toAnswerer = new();

    public HandshakePair(
        CryptoMethods offered = CryptoMethods.Plain | CryptoMethods.Rc4,
        CryptoMethods allowed = CryptoMethods.Plain | CryptoMethods.Rc4,
        byte[]? payload = null,
        ByteChance? chance = null)
    {
        chance ??= ByteChance.Of(new Random(1));
        var swarms = new EncryptedSwarms();
        swarms.Add(MseVectors.Skey);
        Dialler = new DiallerHandshake(MseVectors.Skey, offered, payload ?? [], chance);
        Answerer = new AnswererHandshake(swarms, allowed, chance);
    }

    public DiallerHandshake Dialler { get; }

    public AnswererHandshake Answerer { get; }

    /// <summary>Changes the bytes that the dialler has sent; null to change nothing.</summary>
    public Func<byte[], byte[]>? BendDialler { get; init; }

    /// <summary>Changes the bytes that the answerer has sent; null to change nothing.</summary>
    public Func<byte[], byte[]>? BendAnswerer { get; init; }

    /// <summary>The bytes that the answerer has not read at the end.</summary>
    public byte[] LeftForAnswerer => [.. _toAnswerer];

    /// <summary>Runs until both sides are done or neither sends more. Each reads at most <paramref name="cut"/>() bytes at a time.</summary>
    /// <returns>Whether both sides are done.</returns>
    public bool Run(Func<int>? cut = null)
    {
        cut ??= () => int.MaxValue;
        bool moved = true;
        while (moved)
        {
            moved = Collect(Dialler, _toAnswerer, BendDialler) | Collect(Answerer, _toDialler, BendAnswerer);
            moved |= Deliver(_toAnswerer, Answerer, cut()) | Deliver(_toDialler, Dialler, cut());
        }

        return Dialler.IsDone && Answerer.IsDone;
    }

    /// <summary>Passes bytes to a handshake as long as it needs more. Returns the number of bytes that it has taken.</summary>
    public static int Feed(EncryptionHandshake handshake, ReadOnlySpan<byte> bytes, int step = int.MaxValue)
    {
        int taken = 0;
        while (taken < bytes.Length && !handshake.Wanted.IsEmpty)
        {
            int count = Math.Min(Math.Min(step, handshake.Wanted.Length), bytes.Length - taken);
            bytes.Slice(taken, count).CopyTo(handshake.Wanted.Span);
            handshake.Advance(count);
            taken += count;
        }

        return taken;
    }

    /// <summary>Takes the bytes that a side wants to send.</summary>
    public static byte[] OutputOf(EncryptionHandshake handshake)
    {
        byte[] output = handshake.Output.ToArray();
        handshake.ClearOutput();
        return output;
    }

    private static bool Collect(EncryptionHandshake from, Queue<byte> wire, Func<byte[], byte[]>? bend)
    {
        byte[] output = OutputOf(from);
        if (output.Length == 0)
            return false;
        foreach (byte one in bend?.Invoke(output) ?? output)
            wire.Enqueue(one);
        return true;
    }

    private static bool Deliver(Queue<byte> wire, EncryptionHandshake to, int most)
    {
        int count = Math.Min(most, Math.Min(wire.Count, to.Wanted.Length));
        Span<byte> room = to.Wanted.Span;
        for (int i = 0; i < count; i++)
            room[i] = wire.Dequeue();
        if (count > 0)
            to.Advance(count);
        return count > 0;
    }
}
