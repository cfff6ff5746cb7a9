using System.Net;

namespace Pieces.Net;

/// <summary>
/// The local end of every socket: an address, and on Linux also the network interface, so that no traffic leaves by another way. Linux allows every
/// user to bind a socket to an interface since version 5.7; where it is not allowed, the address alone holds. The system resolves host names, and its
/// own queries are not bound.
/// </summary>
/// <param name="Address">An address of this machine.</param>
/// <param name="Device">Name of the interface, or null when only the address was given.</param>
public sealed record LocalBinding(IPAddress Address, string? Device = null);
