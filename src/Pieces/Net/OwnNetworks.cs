using System.Net;
using System.Net.NetworkInformation;

namespace Pieces.Net;

/// <summary>One address of this machine.</summary>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">Length of the network prefix in bits.</param>
internal readonly record struct OwnAddress(IPAddress Address, int PrefixLength);

/// <summary>The networks of this machine, read again every few seconds because they change while the program runs. Safe for all threads.</summary>
internal sealed class OwnNetworks
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly LocalBinding? _binding;
    private readonly Func<IReadOnlyList<OwnAddress>> _read;
    private volatile Reading? _reading;

    /// <summary>Creates an instance; nothing is read before the first use.</summary>
    /// <param name="binding">The binding of every socket, or null for no restriction.</param>
    /// <param name="time">Clock for the age of a reading.</param>
    /// <param name="read">Returns the addresses of this machine; by default they are read from the system.</param>
    public OwnNetworks(LocalBinding? binding, TimeProvider time, Func<IReadOnlyList<OwnAddress>>? read = null)
    {
        _binding = binding;
        _time = time;
        _read = read ?? ReadSystem;
    }

    /// <summary>Whether loopback is our only network: the machine has no other addresses, or every socket is bound to loopback.</summary>
    public bool IsLoopbackOnly =>
        (_binding is { } own && IPAddress.IsLoopback(own.Address)) || Current().All(own => IPAddress.IsLoopback(own.Address));

    /// <summary>Whether this machine has an address in the network of the given address.</summary>
    public bool Contains(IPAddress address)
    {
        var remote = CompactEndPoint.From(address, 0);
        return Current().Any(own => IsSameNetwork(CompactEndPoint.From(own.Address, 0), remote, own.PrefixLength));
    }

    private static bool IsSameNetwork(CompactEndPoint own, CompactEndPoint remote, int prefixLength)
    {
        int hostBits = (own.IsV6 ? 128 : 32) - prefixLength;
        if (own.IsV6 != remote.IsV6 || hostBits < 0)
            return false;
        // A shift of a 128-bit number by 128 would shift by 0.
        return hostBits >= (own.IsV6 ? 128 : 32) || own.Host >> hostBits == remote.Host >> hostBits;
    }

    private static IReadOnlyList<OwnAddress> ReadSystem()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .SelectMany(one => one.GetIPProperties().UnicastAddresses)
                    .Select(unicast => new OwnAddress(unicast.Address, unicast.PrefixLength)),
            ];
        }
        catch (NetworkInformationException)
        {
            // The system does not list its interfaces. Assume that we are in no private network, which is the safe choice.
            return [new OwnAddress(IPAddress.Any, 32)];
        }
    }

    private IReadOnlyList<OwnAddress> Current()
    {
        if (_reading is not { } reading || _time.GetElapsedTime(reading.At) >= Lifetime)
            _reading = reading = new Reading(_read(), _time.GetTimestamp());
        return reading.Addresses;
    }

    private sealed record Reading(IReadOnlyList<OwnAddress> Addresses, long At);
}
