using System.Buffers;
using Pieces.Wire;

namespace Pieces.Encryption;

/// <summary>
/// One side of an encrypted handshake (MSE), without a stream: bytes go in and come out. It never wants a byte beyond the handshake, however the
/// stream is cut, and its memory is fixed, whatever lengths the other side names.
/// </summary>
internal abstract class EncryptionHandshake
{
    /// <summary>Most bytes of each of the four paddings.</summary>
    public const int MaxPadding = 512;

    /// <summary>Length of the zeros (VC) that show whether both sides derived the same ciphers.</summary>
    protected const int ProofLength = 8;

    // The longest single wait: padding, with the longest mark behind it.
    private readonly byte[] _input = new byte[MaxPadding + Primitives.Sha1Digest.Length];
    private readonly ArrayBufferWriter<byte> _output = new();
    private Step? _next;
    private byte[]? _mark;
    private int _received;
    private int _wanted;

    /// <summary>Does the next step with the bytes that it waited for, which it may decrypt where they are.</summary>
    protected delegate void Step(Span<byte> input);

    /// <summary>Room for the bytes that it wants next: to be filled from the front, all at once or in parts. Empty once it is done.</summary>
    public Memory<byte> Wanted => _input.AsMemory(_received, _wanted - _received);

    /// <summary>Whether the other side needs to say nothing more.</summary>
    public bool IsDone => _next is null;

    /// <summary>What came of it, once it is done.</summary>
    public NegotiatedCiphers? Result { get; private set; }

    /// <summary>What is to be sent now; the caller's until the next <see cref="Advance"/>.</summary>
    public ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    /// <summary>The output was sent.</summary>
    public void ClearOutput() => _output.ResetWrittenCount();

    /// <summary>So many bytes were put into the front of <see cref="Wanted"/>.</summary>
    /// <exception cref="PeerProtocolException">The other side does not keep to the protocol.</exception>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_wanted - _received), nameof(count));
        _received += count;
        CheckPart(_input.AsSpan(0, _received));
        while (_received == _wanted && _next is { } next)
        {
            if (_mark is not null && !IsAtMark(_mark))
                continue;
            _mark = null;
            _next = null;
            next(_input.AsSpan(0, _received));
        }

        if (_next is null)
            _received = _wanted = 0;
    }

    /// <summary>Whether what has come so far can be right at all.</summary>
    protected virtual void CheckPart(ReadOnlySpan<byte> input)
    {
    }

    /// <summary>Waits for exactly so many bytes.</summary>
    protected void Want(int count, Step next)
    {
        _received = 0;
        _wanted = count;
        _next = next;
    }

    /// <summary>Waits for a mark behind at most <see cref="MaxPadding"/> bytes of any kind.</summary>
    protected void Seek(ReadOnlySpan<byte> mark, Step next)
    {
        _mark = mark.ToArray();
        Want(mark.Length, next);
    }

    /// <summary>Adds to the output.</summary>
    protected void Send(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    /// <summary>It is done.</summary>
    protected void Finish(NegotiatedCiphers result) => Result = result;

    /// <summary>The length of a padding, if it is one.</summary>
    /// <exception cref="PeerProtocolException">It is longer than any may be.</exception>
    protected static int CheckPadding(int length) => length <= MaxPadding
        ? length
        : throw new PeerProtocolException($"padding of {length} bytes in an encrypted handshake; at most {MaxPadding} allowed");

    /// <summary>The secret that follows from the other side's public key.</summary>
    /// <exception cref="PeerProtocolException">It is no key.</exception>
    protected static SharedSecret Agree(KeyExchange own, ReadOnlySpan<byte> theirs) =>
        SharedSecret.Agree(own, theirs) ?? throw new PeerProtocolException("the public key of an encrypted handshake is none");

    // If not, as many bytes more are wanted as the mark needs at least: the end of what is here may be its beginning.
    private bool IsAtMark(ReadOnlySpan<byte> mark)
    {
        ReadOnlySpan<byte> input = _input.AsSpan(0, _received);
        if (input.EndsWith(mark))
            return true;
        if (_received == MaxPadding + mark.Length)
            throw new PeerProtocolException($"no end of the padding of an encrypted handshake after {_received} bytes");
        int begun = mark.Length - 1;
        while (!input.EndsWith(mark[..begun]))
            begun--;
        _wanted = Math.Min(_received + mark.Length - begun, MaxPadding + mark.Length);
        return false;
    }
}
