using System.Diagnostics.CodeAnalysis;

namespace Pieces.Primitives;

/// <summary>The v1 info-hash, which identifies a torrent: the SHA-1 of the original bytes of its bencoded <c>info</c> value (BEP 3).</summary>
public readonly struct InfoHash : IEquatable<InfoHash>
{
    /// <summary>Length on the wire, in bytes.</summary>
    public const int Length = Sha1Digest.Length;

    private readonly Sha1Digest _digest;

    private InfoHash(Sha1Digest digest) => _digest = digest;

    /// <summary>Takes an info-hash from exactly <see cref="Length"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more or fewer bytes.</exception>
    public static InfoHash FromBytes(ReadOnlySpan<byte> bytes) => new(new Sha1Digest(bytes));

    /// <summary>Hashes the original bytes of an <c>info</c> value; a re-encoded value could have another hash.</summary>
    public static InfoHash OfInfo(ReadOnlySpan<byte> infoBytes) => new(Sha1Digest.Of(infoBytes));

    /// <summary>Parses 40 hexadecimal digits or 32 base32 characters (BEP 9), in either case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out InfoHash infoHash)
    {
        infoHash = default;
        Span<byte> bytes = stackalloc byte[Length];
        switch (text?.Length)
        {
            case 2 * Length when Convert.FromHexString(text, bytes, out _, out int written) == System.Buffers.OperationStatus.Done
                && written == Length:
            case 32 when Base32.TryDecode(text, bytes):
                infoHash = FromBytes(bytes);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes the 20 bytes to the front of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => _digest.CopyTo(destination);

    /// <summary>Whether the info-hash is equal to these bytes.</summary>
    public bool Matches(ReadOnlySpan<byte> bytes) => _digest.Matches(bytes);

    /// <inheritdoc/>
    public bool Equals(InfoHash other) => _digest.Equals(other._digest);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is InfoHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _digest.GetHashCode();

    /// <summary>40 lower-case hexadecimal digits.</summary>
    public override string ToString() => _digest.ToString();

    /// <summary>Whether both are the same info-hash.</summary>
    public static bool operator ==(InfoHash left, InfoHash right) => left.Equals(right);

    /// <summary>Whether the info-hashes differ.</summary>
    public static bool operator !=(InfoHash left, InfoHash right) => !left.Equals(right);
}
