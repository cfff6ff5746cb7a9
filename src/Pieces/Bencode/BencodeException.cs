using System.Globalization;
using Pieces.Primitives;

namespace Pieces.Bencode;

/// <summary>Bytes that are not bencode (BEP 3), or more of it than is accepted; the message names the offset.</summary>
internal sealed class BencodeException : PiecesException
{
    /// <summary>Makes one about the byte at <paramref name="offset"/>.</summary>
    public BencodeException(int offset, string message)
        : base(string.Create(CultureInfo.InvariantCulture, $"bencode, byte {offset}: {message}")) => Offset = offset;

    /// <summary>Whether it may be sound, but is more than is accepted.</summary>
    public bool IsLimit { get; private init; }

    /// <summary>Makes one about more than is accepted.</summary>
    /// <param name="offset">Where the limit is reached.</param>
    /// <param name="limit">How many are accepted.</param>
    /// <param name="what">What is limited.</param>
    public static BencodeException OverLimit(int offset, int limit, string what) =>
        new(offset, string.Create(CultureInfo.InvariantCulture, $"over the limit of {limit} {what}")) { IsLimit = true };

    /// <summary>Where in the buffer the trouble is, in bytes from 0.</summary>
    public int Offset { get; }
}
