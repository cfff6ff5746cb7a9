using System.Diagnostics.CodeAnalysis;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// The messages of one read from a peer, in order. It owns the buffers of their blocks until each message is taken; disposing it releases the buffers
/// of those that were not. One owner at a time; not thread-safe.
/// </summary>
internal sealed class PeerBatch : IDisposable
{
    // Approximate memory of a message object and its list entry, in bytes.
    private const int MessageOverhead = 48;

    private readonly List<PeerMessage> _messages;
    private int _taken;

    /// <summary>Creates an empty batch.</summary>
    /// <param name="capacity">Expected number of messages.</param>
    public PeerBatch(int capacity = 0) => _messages = new List<PeerMessage>(capacity);

    /// <summary>All messages, taken or not. The buffer of a taken block may already be released.</summary>
    public IReadOnlyList<PeerMessage> Messages => _messages;

    /// <summary>Approximate memory of all messages in bytes, including those taken.</summary>
    public int Bytes { get; private set; }

    /// <summary>Appends a message and takes ownership of its buffer if it has one.</summary>
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

    /// <summary>Takes the next message; the caller then owns its buffer. False if none is left.</summary>
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
