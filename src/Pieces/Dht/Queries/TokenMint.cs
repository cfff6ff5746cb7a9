using System.Security.Cryptography;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// Creates and checks the tokens of announces. A valid token proves that the announcing node received a datagram at its address recently. A token is
/// valid for at least <see cref="Turn"/> and less than twice that. Reads no clock. The secret never leaves this object.
/// </summary>
internal sealed class TokenMint
{
    /// <summary>Period for which tokens of an address are the same (BEP 5).</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromMinutes(5);

    /// <summary>Length of a token in bytes.</summary>
    public const int Length = 8;

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(16);

    /// <summary>The token of an address at this time.</summary>
    public byte[] Make(CompactEndPoint asker, TimeSpan now)
    {
        byte[] token = new byte[Length];
        Write(token, asker, TurnOf(now));
        return token;
    }

    /// <summary>Whether the token was created for that address in this period or the previous one.</summary>
    public bool IsGood(ReadOnlySpan<byte> token, CompactEndPoint asker, TimeSpan now)
    {
        Span<byte> expected = stackalloc byte[Length];
        for (int back = 0; back < 2; back++)
        {
            Write(expected, asker, TurnOf(now) - back);
            if (CryptographicOperations.FixedTimeEquals(token, expected))
                return true;
        }

        return false;
    }

    private static long TurnOf(TimeSpan now) => now.Ticks / Turn.Ticks;

    // A fixed secret combined with the period number is as good as a new secret per period and needs no timer.
    private void Write(Span<byte> destination, CompactEndPoint asker, long turn)
    {
        Span<byte> data = stackalloc byte[8 + 16];
        BitConverter.TryWriteBytes(data, turn);
        int length = asker.WriteHost(data[8..]);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, data[..(8 + length)], mac);
        mac[..Length].CopyTo(destination);
    }
}
