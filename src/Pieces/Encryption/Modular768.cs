using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Pieces.Encryption;

/// <summary>
/// Modular exponentiation with the prime of MSE, in fixed-width 768-bit numbers without allocations. Uses Montgomery multiplication: a number n is
/// kept as n * 2^768 mod P, so that the reduction modulo P needs only divisions by powers of 2.
/// </summary>
internal static class Modular768
{
    /// <summary>Length of a number on the wire in bytes, leading zeros included.</summary>
    public const int Length = 96;

    private const int Limbs = Length / sizeof(ulong);

    // -1/P modulo 2^64.
    private const ulong NegatedInverse = 0x6D5D6E6995075BB5;

    // The limbs of P, least significant first.
    private static ReadOnlySpan<ulong> Prime =>
    [
        0x0000000000090563, 0xF44C42E9A63A3621, 0xE485B576625E7EC6, 0x4FE1356D6D51C245, 0x302B0A6DF25F1437, 0xEF9519B3CD3A431B,
        0x514A08798E3404DD, 0x020BBEA63B139B22, 0x29024E088A67CC74, 0xC4C6628B80DC1CD1, 0xC90FDAA22168C234, 0xFFFFFFFFFFFFFFFF,
    ];

    // 2^1536 modulo P: a Montgomery product with it converts a number to Montgomery form.
    private static ReadOnlySpan<ulong> Squared =>
    [
        0x95F0194046281A8E, 0xFF0CA2A3D838C985, 0x6D9F175993AF6D83, 0xD4C85168A99A751F, 0x3423ECEE2DDC6158, 0xD515B23CD4ACE6DD,
        0x112CE56282E51749, 0x3361BFF33A35E04B, 0xAFBC083554E85EE3, 0xA95D0ECBC5679266, 0x8D001CB98C6F28C7, 0xA6130C9D54DA3D53,
    ];

    /// <summary>Whether a public key may be used: it is above 1 and below P-1. With any other the secret would be known to everybody.</summary>
    public static bool IsUsable(ReadOnlySpan<byte> number)
    {
        Number value = Read(number);
        Number one = One();
        Number last = default;
        Prime.CopyTo(last);
        last[0]--;
        return Compare(value, one) > 0 && Compare(value, last) < 0;
    }

    /// <summary>Computes 2 to the power of <paramref name="exponent"/>, modulo P.</summary>
    /// <param name="exponent">A big-endian number.</param>
    /// <param name="result">Receives <see cref="Length"/> bytes, big-endian.</param>
    public static void PowerOfTwo(ReadOnlySpan<byte> exponent, Span<byte> result)
    {
        Number two = default;
        two[0] = 2;
        Write(Power(two, exponent), result);
    }

    /// <summary>Computes <paramref name="number"/> to the power of <paramref name="exponent"/>, modulo P.</summary>
    /// <param name="number"><see cref="Length"/> bytes, big-endian, less than P.</param>
    /// <param name="exponent">A big-endian number.</param>
    /// <param name="result">Receives <see cref="Length"/> bytes, big-endian.</param>
    public static void Power(ReadOnlySpan<byte> number, ReadOnlySpan<byte> exponent, Span<byte> result) =>
        Write(Power(Read(number), exponent), result);

    private static Number Power(Number number, ReadOnlySpan<byte> exponent)
    {
        Number one = Shifted(One());
        Number factor = Shifted(number);
        Number power = one;
        foreach (byte bits in exponent)
        {
            for (int mask = 0x80; mask != 0; mask >>= 1)
            {
                power = Multiply(power, power);

                // Multiply in any case, so that the duration reveals nothing about the exponent.
                power = Multiply(power, (bits & mask) != 0 ? factor : one);
            }
        }

        return Multiply(power, One());
    }

    private static Number Shifted(Number number)
    {
        Number squared = default;
        Squared.CopyTo(squared);
        return Multiply(number, squared);
    }

    // Montgomery multiplication: left * right / 2^768 mod P, one limb of the right operand at a time.
    private static Number Multiply(in Number left, in Number right)
    {
        ReadOnlySpan<ulong> a = left;
        ReadOnlySpan<ulong> b = right;
        ReadOnlySpan<ulong> prime = Prime;
        Number sum = default;
        Span<ulong> t = sum;
        ulong top = 0;
        for (int i = 0; i < Limbs; i++)
        {
            ulong carry = 0;
            for (int j = 0; j < Limbs; j++)
                t[j] = MultiplyAdd(a[j], b[i], t[j], ref carry);
            ulong high = top + carry;
            ulong overflow = high < carry ? 1UL : 0;

            // Add a multiple of P that makes the lowest limb zero, then shift that limb out.
            ulong m = t[0] * NegatedInverse;
            carry = 0;
            MultiplyAdd(m, prime[0], t[0], ref carry);
            for (int j = 1; j < Limbs; j++)
                t[j - 1] = MultiplyAdd(m, prime[j], t[j], ref carry);
            t[Limbs - 1] = high + carry;
            top = overflow + (t[Limbs - 1] < carry ? 1UL : 0);
        }

        SubtractPrimeIfMore(ref sum, top);
        return sum;
    }

    // x * y + z + carry; the upper half becomes the carry. It never overflows 128 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong x, ulong y, ulong z, ref ulong carry)
    {
        ulong high = Math.BigMul(x, y, out ulong low);
        low += z;
        high += low < z ? 1UL : 0;
        low += carry;
        high += low < carry ? 1UL : 0;
        carry = high;
        return low;
    }

    private static void SubtractPrimeIfMore(ref Number number, ulong top)
    {
        Number less = default;
        ulong borrow = 0;
        for (int i = 0; i < Limbs; i++)
        {
            ulong difference = number[i] - Prime[i];
            ulong result = difference - borrow;
            borrow = (number[i] < Prime[i] ? 1UL : 0) | (difference < borrow ? 1UL : 0);
            less[i] = result;
        }

        if (top >= borrow)
            number = less;
    }

    private static int Compare(in Number left, in Number right)
    {
        for (int i = Limbs - 1; i >= 0; i--)
        {
            if (left[i] != right[i])
                return left[i] < right[i] ? -1 : 1;
        }

        return 0;
    }

    private static Number One()
    {
        Number one = default;
        one[0] = 1;
        return one;
    }

    private static Number Read(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        Number number = default;
        for (int i = 0; i < Limbs; i++)
            number[Limbs - 1 - i] = BinaryPrimitives.ReadUInt64BigEndian(bytes[(i * sizeof(ulong))..]);
        return number;
    }

    private static void Write(in Number number, Span<byte> bytes)
    {
        for (int i = 0; i < Limbs; i++)
            BinaryPrimitives.WriteUInt64BigEndian(bytes[(i * sizeof(ulong))..], number[Limbs - 1 - i]);
    }

    [InlineArray(Limbs)]
    private struct Number
    {
        private ulong _first;
    }
}
