using System.Net;

namespace Pieces.Net;

/// <summary>
/// The local end of every socket: an address, and on Linux also the network interface, so that no traffic leaves through another one. Linux permits
/// every user to bind a socket to an interface since version 5.7; where this is not permitted, only the address is bound. Host names are resolved by
/// the system, whose own queries are not bound.
/// </summary>
/// <param name="Address">An address of this machine.</param>
/// <param name="Device">Name of the interface, or null if only the address was given.</param>
public sealed record LocalBinding(IPAddress Address, string? Device = null);
