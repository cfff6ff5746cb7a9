using System.Buffers;
using Pieces.Net;

namespace Pieces.Dht;

/// <summary>What the loop of a node hears: a datagram, a command of ours, or that time has passed. One of the first two, or neither.</summary>
/// <param name="Datagram">A rented array; whoever takes the event gives it back.</param>
/// <param name="Length">Bytes of the datagram.</param>
/// <param name="From">Where the datagram came from.</param>
/// <param name="Command">What to do with the core.</param>
internal readonly record struct DhtEvent(byte[]? Datagram, int Length, CompactEndPoint From, Action<DhtCore>? Command)
{
    /// <summary>Whether it only says that time has passed.</summary>
    public bool IsTick => Datagram is null && Command is null;

    /// <summary>Copies a datagram.</summary>
    public static DhtEvent Of(ReadOnlySpan<byte> datagram, CompactEndPoint from)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(datagram.Length);
        datagram.CopyTo(copy);
        return new DhtEvent(copy, datagram.Length, from, null);
    }

    /// <summary>Lets the core do it.</summary>
    public void Apply(DhtCore core)
    {
        if (Datagram is not null)
            core.Receive(Datagram.AsMemory(0, Length), From);
        else
            Command?.Invoke(core);
    }

    /// <summary>Gives the array back.</summary>
    public void Release()
    {
        if (Datagram is not null)
            ArrayPool<byte>.Shared.Return(Datagram);
    }
}
