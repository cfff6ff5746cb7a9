using System.Globalization;
using Pieces.Primitives;

namespace Pieces.Bencode;

/// <summary>Bytes that are not bencode (BEP 3), or more of it than is accepted; the message names the offset.</summary>
internal sealed class BencodeException : PiecesException
{
    /// <summary>Makes one about the byte at <paramref name="offset"/>.</summary>
    public BencodeException(int offset, string message)
        : base(string.Create(CultureInfo.InvariantCulture, $"bencode, byte {offset}: {message}")) => Offset = offset;

    /// <summary>Where in the buffer the trouble is, in bytes from 0.</summary>
    public int Offset { get; }
}
