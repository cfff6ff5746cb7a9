using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Pieces.Cli.Failures;
using Pieces.Net;

namespace Pieces.Cli.Sources;

/// <summary>Resolves the value of <c>--interface</c>.</summary>
internal static class NetworkBinding
{
    /// <summary>Returns the local address and device to bind sockets to, from the name of an interface or from an address.</summary>
    /// <exception cref="FailureException">The interface does not exist or has no address, or the address does not belong to this machine.</exception>
    public static LocalBinding Resolve(string nameOrAddress)
    {
        bool isAddress = IPAddress.TryParse(nameOrAddress, out IPAddress? given);
        LocalBinding binding = isAddress ? new LocalBinding(given!) : new LocalBinding(AddressOf(nameOrAddress), nameOrAddress);
        Check($"--interface {nameOrAddress}", binding.Address);
        return binding;
    }

    /// <summary>Returns the address if sockets can be bound to it.</summary>
    /// <param name="subject">The flag that named the address, for the message.</param>
    /// <param name="address">The address.</param>
    /// <exception cref="FailureException">The address does not belong to this machine.</exception>
    public static IPAddress Check(string subject, IPAddress address)
    {
        try
        {
            NetworkProbe.CheckBind(address);
            return address;
        }
        catch (SocketException e)
        {
            throw new FailureException(ExitCode.InterfaceGone, $"{subject}: cannot bind to {address}: {Outcome.Reason(e)}", e);
        }
    }

    private static IPAddress AddressOf(string name)
    {
        NetworkInterface? found = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(candidate => candidate.Name == name)
            ?? throw new FailureException(ExitCode.InterfaceGone, $"--interface {name}: no such interface on this machine");
        IPAddress[] addresses = [.. found.GetIPProperties().UnicastAddresses.Select(unicast => unicast.Address)];
        return addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork)
            ?? addresses.FirstOrDefault(address => !address.IsIPv6LinkLocal)
            ?? addresses.FirstOrDefault()
            ?? throw new FailureException(ExitCode.InterfaceGone, $"--interface {name}: it has no address");
    }
}
