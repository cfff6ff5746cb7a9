using System.Security.Cryptography;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// Makes and checks the tokens that an announce must bring: whoever has one received a datagram at that address a short while ago. A token is good
/// for at least <see cref="Turn"/> and less than twice that. Pure, but for its secret, which nobody but this object ever sees.
/// </summary>
internal sealed class TokenMint
{
    /// <summary>How long one secret serves (BEP 5).</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromMinutes(5);

    /// <summary>Length of a token, in bytes.</summary>
    public const int Length = 8;

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(16);

    /// <summary>The token of an address at this time.</summary>
    public byte[] Make(CompactEndPoint asker, TimeSpan now)
    {
        byte[] token = new byte[Length];
        Write(token, asker, TurnOf(now));
        return token;
    }

    /// <summary>Whether the token was made for that address in this turn or the one before.</summary>
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

    // One secret and the number of the turn are as good as a new secret each turn, and nothing has to happen when a turn ends.
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
