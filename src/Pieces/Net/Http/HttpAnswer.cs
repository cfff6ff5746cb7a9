using System.Net;

namespace Pieces.Net.Http;

/// <summary>What a server has answered.</summary>
/// <param name="Status">The status of the final response.</param>
/// <param name="Body">Its body after decompression.</param>
/// <param name="Reach">How far the address reaches that has sent it.</param>
/// <param name="IsShort">Whether the connection broke off before the body was as long as the response says.</param>
internal readonly record struct HttpAnswer(HttpStatusCode Status, ReadOnlyMemory<byte> Body, AddressReach Reach, bool IsShort);
