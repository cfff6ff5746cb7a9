using System.Diagnostics.CodeAnalysis;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// The messages that one read from a peer produced, in order. It owns the buffers of the blocks among them until each message is taken; disposing of it
/// gives back the buffers of those that were not. One owner at a time; not safe for several threads.
/// </summary>
internal sealed class PeerBatch : IDisposable
{
    // The object of a message and its place in the list, about.
    private const int MessageOverhead = 48;

    private readonly List<PeerMessage> _messages;
    private int _taken;

    /// <summary>Makes an empty batch.</summary>
    /// <param name="capacity">Messages that are expected.</param>
    public PeerBatch(int capacity = 0) => _messages = new List<PeerMessage>(capacity);

    /// <summary>All messages, taken or not. The buffer of a block that was taken may be gone.</summary>
    public IReadOnlyList<PeerMessage> Messages => _messages;

    /// <summary>Bytes of memory that all messages take, about; those that were taken count on.</summary>
    public int Bytes { get; private set; }

    /// <summary>Appends a message and takes over its buffer if it has one.</summary>
    public void Add(PeerMessage message)
    {
        _messages.Add(message);
        Bytes += MessageOverhead + message switch
        {
            BlockMessage block => block.Data.Length,
            BitfieldMessage bitfield => bitfield.Bytes.Length,
            ExtendedMessage extended => extended.Payload.Length,
            _ => 0,
        };
    }

    /// <summary>Takes the next message, whose buffer is the caller's from then on; false when none is left.</summary>
    public bool TryTake([MaybeNullWhen(false)] out PeerMessage message)
    {
        message = _taken < _messages.Count ? _messages[_taken++] : null;
        return message is not null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (TryTake(out PeerMessage? message))
            (message as BlockMessage)?.Data.Dispose();
    }
}
