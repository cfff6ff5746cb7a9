using System.Net;
using Pieces.Cli.Share;

namespace Pieces.Tests.Share;

/// <summary>A machine with the addresses that the test gives it.</summary>
internal sealed class FakeMachine(params string[] all) : IMachineAddresses
{
    /// <summary>The address of the route to the Internet, or null if there is none.</summary>
    public string? Out { get; init; }

    public IEnumerable<IPAddress> All() => all.Select(IPAddress.Parse);

    public IReadOnlyCollection<IPAddress> Outward() => Out is null ? [] : [IPAddress.Parse(Out)];
}
