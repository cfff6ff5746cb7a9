using System.Net;
using Pieces.Cli.Share;

namespace Pieces.Tests.Share;

/// <summary>A machine with the addresses that the test says.</summary>
internal sealed class FakeMachine(params string[] all) : IMachineAddresses
{
    /// <summary>The one by which it goes out, or null for none.</summary>
    public string? Out { get; init; }

    public IEnumerable<IPAddress> All() => all.Select(IPAddress.Parse);

    public IReadOnlyCollection<IPAddress> Outward() => Out is null ? [] : [IPAddress.Parse(Out)];
}
