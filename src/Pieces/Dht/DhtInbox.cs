using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Pieces.Net;

namespace Pieces.Dht;

/// <summary>
/// The queue of a node's loop. Commands are always accepted; datagrams are dropped when <see cref="MaxDatagrams"/> are queued. Safe for all threads.
/// </summary>
internal sealed class DhtInbox
{
    /// <summary>Maximum number of received datagrams queued for the node's loop.</summary>
    public const int MaxDatagrams = 256;

    private readonly Channel<DhtEvent> _channel = Channel.CreateUnbounded<DhtEvent>(new UnboundedChannelOptions { SingleReader = true });
    private int _datagrams;

    /// <summary>Queues a datagram, or drops it if the queue is full.</summary>
    public void Post(ReadOnlySpan<byte> datagram, CompactEndPoint from)
    {
        if (Interlocked.Increment(ref _datagrams) > MaxDatagrams)
        {
            Interlocked.Decrement(ref _datagrams);
            return;
        }

        DhtEvent e = DhtEvent.Of(datagram, from);
        if (!_channel.Writer.TryWrite(e))
            e.Release();
    }

    /// <summary>Queues a command, or a timer tick (null); false when the loop has ended.</summary>
    public bool Post(Action<DhtCore>? command) => _channel.Writer.TryWrite(new DhtEvent(null, 0, default, command));

    /// <summary>Takes the next event, if there is one.</summary>
    public bool TryTake([MaybeNullWhen(false)] out DhtEvent e)
    {
        if (!_channel.Reader.TryRead(out e))
            return false;
        if (e.Datagram is not null)
            Interlocked.Decrement(ref _datagrams);
        return true;
    }

    /// <summary>Waits until there is an event; false once closed and empty.</summary>
    public ValueTask<bool> WaitAsync() => _channel.Reader.WaitToReadAsync(CancellationToken.None);

    /// <summary>Accepts no more events.</summary>
    public void Close() => _channel.Writer.TryComplete();
}
