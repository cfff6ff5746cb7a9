using System.Net;

namespace Pieces.Net;

/// <summary>
/// Who is banned for bad data: the whole address, since a stranger changes the port at no cost; on loopback the port as well, where many peers share
/// one address.
/// </summary>
internal readonly record struct BlameKey
{
    private readonly CompactEndPoint _who;

    private BlameKey(CompactEndPoint who) => _who = who;

    /// <summary>The key of a peer.</summary>
    public static BlameKey Of(IPEndPoint peer)
    {
        CompactEndPoint who = CompactEndPoint.From(peer);
        return new BlameKey(AddressFacts.ReachOf(who) == AddressReach.Loopback ? who : who.WithoutPort);
    }

    /// <summary>The address, with its port where that counts.</summary>
    public override string ToString() => _who.Port == 0 ? _who.ToEndPoint().Address.ToString() : _who.ToString();
}
