using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pieces.Net;

/// <summary>Applies a <see cref="LocalBinding"/> to a socket.</summary>
internal static class SocketBinding
{
    private const int SocketLevel = 1;
    private const int BindToDevice = 25;

    /// <summary>Binds a socket to the address, and to the interface if there is one.</summary>
    /// <exception cref="SocketException">The interface or the address no longer exists, or the port is in use.</exception>
    public static void Bind(this LocalBinding binding, Socket socket, int port)
    {
        if (binding.DeviceFault(socket) is not null)
            throw new SocketException((int)SocketError.AddressNotAvailable);
        socket.Bind(new IPEndPoint(binding.Address, port));
    }

    /// <summary>
    /// Binds a socket to the interface only. Returns why that failed, or null; it is not a failure if the system does not permit it.
    /// </summary>
    public static string? DeviceFault(this LocalBinding binding, Socket socket)
    {
        if (binding.Device is null || !OperatingSystem.IsLinux())
            return null;
        try
        {
            socket.SetRawSocketOption(SocketLevel, BindToDevice, Encoding.UTF8.GetBytes(binding.Device + '\0'));
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AccessDenied ? null : "no such interface";
        }
    }

    /// <summary>Whether the socket is bound to an interface: only then the system returns an interface name for it.</summary>
    public static bool HasDevice(Socket socket)
    {
        Span<byte> name = stackalloc byte[16];
        return OperatingSystem.IsLinux() && socket.GetRawSocketOption(SocketLevel, BindToDevice, name) > 0;
    }
}
