using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Pieces.Primitives;

/// <summary>A SHA-1 digest of 20 bytes (BEP 3). SHA-1 is only called in this file.</summary>
[SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "BitTorrent v1 is defined on SHA-1 (BEP 3).")]
internal readonly record struct Sha1Digest
{
    /// <summary>Length of a digest, in bytes.</summary>
    public const int Length = Bytes20.Length;

    private readonly Bytes20 _bytes;

    /// <summary>Takes a digest from exactly <see cref="Length"/> bytes.</summary>
    public Sha1Digest(ReadOnlySpan<byte> bytes) => _bytes = new Bytes20(bytes);

    /// <summary>The digest of <paramref name="data"/>.</summary>
    public static Sha1Digest Of(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Length];
        SHA1.HashData(data, digest);
        return new Sha1Digest(digest);
    }

    /// <summary>Writes the 20 bytes to the front of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);

    /// <summary>Whether the digest is equal to these bytes.</summary>
    public bool Matches(ReadOnlySpan<byte> bytes) => _bytes.Matches(bytes);

    /// <summary>40 lower-case hexadecimal digits.</summary>
    public override string ToString() => _bytes.ToString();
}

/// <summary>Computes the SHA-1 of bytes that arrive in parts; reusable.</summary>
internal sealed class RunningSha1 : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);

    /// <summary>Appends the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>The digest of all bytes since the previous call, or since the start.</summary>
    public Sha1Digest Finish()
    {
        Span<byte> digest = stackalloc byte[Sha1Digest.Length];
        _hash.GetHashAndReset(digest);
        return new Sha1Digest(digest);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
