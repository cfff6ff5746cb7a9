using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Pieces.Primitives;

/// <summary>The SHA-256 of the original bytes of a torrent's bencoded <c>info</c> value (BEP 52): identifies a v2 or hybrid torrent.</summary>
public readonly record struct InfoHashV2
{
    /// <summary>Length, in bytes.</summary>
    public const int Length = Bytes32.Length;

    private readonly Bytes32 _bytes;

    private InfoHashV2(Bytes32 bytes) => _bytes = bytes;

    /// <summary>Takes a hash from exactly <see cref="Length"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more or fewer bytes.</exception>
    public static InfoHashV2 FromBytes(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length, nameof(bytes));
        return new InfoHashV2(new Bytes32(bytes));
    }

    /// <summary>Hashes the original bytes of an <c>info</c> value; a re-encoded value could have another hash.</summary>
    public static InfoHashV2 OfInfo(ReadOnlySpan<byte> infoBytes)
    {
        Span<byte> hash = stackalloc byte[Length];
        SHA256.HashData(infoBytes, hash);
        return FromBytes(hash);
    }

    /// <summary>Parses 64 hexadecimal digits in either case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out InfoHashV2 infoHash)
    {
        infoHash = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (text?.Length != 2 * Length || Convert.FromHexString(text, bytes, out _, out int written) != System.Buffers.OperationStatus.Done
            || written != Length)
            return false;
        infoHash = FromBytes(bytes);
        return true;
    }

    /// <summary>Writes the 32 bytes to the front of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => _bytes.ToString();
}
