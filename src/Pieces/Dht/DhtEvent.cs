using System.Buffers;
using Pieces.Net;

namespace Pieces.Dht;

/// <summary>An event for the node's loop: a datagram, a command, or a timer tick, which has neither a datagram nor a command.</summary>
/// <param name="Datagram">A rented array; the consumer of the event must release it.</param>
/// <param name="Length">Length of the datagram in bytes.</param>
/// <param name="From">Sender of the datagram.</param>
/// <param name="Command">Action to run on the core.</param>
internal readonly record struct DhtEvent(byte[]? Datagram, int Length, CompactEndPoint From, Action<DhtCore>? Command)
{
    /// <summary>Whether this is a timer tick.</summary>
    public bool IsTick => Datagram is null && Command is null;

    /// <summary>Copies a datagram into a rented array.</summary>
    public static DhtEvent Of(ReadOnlySpan<byte> datagram, CompactEndPoint from)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(datagram.Length);
        datagram.CopyTo(copy);
        return new DhtEvent(copy, datagram.Length, from, null);
    }

    /// <summary>Passes the event to the core.</summary>
    public void Apply(DhtCore core)
    {
        if (Datagram is not null)
            core.Receive(Datagram.AsMemory(0, Length), From);
        else
            Command?.Invoke(core);
    }

    /// <summary>Returns the rented array to the pool.</summary>
    public void Release()
    {
        if (Datagram is not null)
            ArrayPool<byte>.Shared.Return(Datagram);
    }
}
