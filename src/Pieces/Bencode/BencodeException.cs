using System.Globalization;
using Pieces.Primitives;

namespace Pieces.Bencode;

/// <summary>The data is not bencode (BEP 3) or exceeds a limit; the message contains the offset.</summary>
internal sealed class BencodeException : PiecesException
{
    /// <summary>Creates an error at the byte <paramref name="offset"/>.</summary>
    public BencodeException(int offset, string message)
        : base(string.Create(CultureInfo.InvariantCulture, $"bencode, byte {offset}: {message}")) => Offset = offset;

    /// <summary>Whether a limit was exceeded; the data may be valid.</summary>
    public bool IsLimit { get; private init; }

    /// <summary>Creates an error for an exceeded limit.</summary>
    /// <param name="offset">Offset at which the limit is reached.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="what">The items that are limited.</param>
    public static BencodeException OverLimit(int offset, int limit, string what) =>
        new(offset, string.Create(CultureInfo.InvariantCulture, $"over the limit of {limit} {what}")) { IsLimit = true };

    /// <summary>Offset of the error in the buffer, in bytes from 0.</summary>
    public int Offset { get; }
}
