using System.Net;

namespace Pieces.Net.Http;

/// <summary>The response of a server.</summary>
/// <param name="Status">The status of the final response.</param>
/// <param name="Body">Its body after decompression.</param>
/// <param name="Reach">Reach of the address that sent it.</param>
/// <param name="IsShort">Whether the connection was closed before the stated length of the body was reached.</param>
internal readonly record struct HttpAnswer(HttpStatusCode Status, ReadOnlyMemory<byte> Body, AddressReach Reach, bool IsShort);
