using System.Buffers;
using Pieces.Wire;

namespace Pieces.Encryption;

/// <summary>
/// One side of an encrypted handshake (MSE) as a state machine without a stream. It never requests a byte beyond the handshake, whatever the size of
/// the reads, and its memory use is fixed, whatever lengths the other side states.
/// </summary>
internal abstract class EncryptionHandshake
{
    /// <summary>Maximum length in bytes of each of the four paddings.</summary>
    public const int MaxPadding = 512;

    /// <summary>Length in bytes of the verification constant (VC): zeros that show whether both sides derived the same ciphers.</summary>
    protected const int ProofLength = 8;

    // The longest input of one step: padding followed by the longest mark.
    private readonly byte[] _input = new byte[MaxPadding + Primitives.Sha1Digest.Length];
    private readonly ArrayBufferWriter<byte> _output = new();
    private Step? _next;
    private byte[]? _mark;
    private int _received;
    private int _wanted;

    /// <summary>Processes the input of one step. It may decrypt it in place.</summary>
    protected delegate void Step(Span<byte> input);

    /// <summary>Buffer for the next bytes, to be filled from the start, at once or in parts. Empty when the handshake is done.</summary>
    public Memory<byte> Wanted => _input.AsMemory(_received, _wanted - _received);

    /// <summary>Whether no more input is needed.</summary>
    public bool IsDone => _next is null;

    /// <summary>The negotiated ciphers, once the handshake is done.</summary>
    public NegotiatedCiphers? Result { get; private set; }

    /// <summary>The bytes to send now; valid until the next <see cref="Advance"/>.</summary>
    public ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    /// <summary>Clears the output after it was sent.</summary>
    public void ClearOutput() => _output.ResetWrittenCount();

    /// <summary>Processes <paramref name="count"/> bytes that were written to the start of <see cref="Wanted"/>.</summary>
    /// <exception cref="PeerProtocolException">The other side violates the protocol.</exception>
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

    /// <summary>Throws if the bytes of the current step received so far cannot be valid.</summary>
    protected virtual void CheckPart(ReadOnlySpan<byte> input)
    {
    }

    /// <summary>Waits for exactly <paramref name="count"/> bytes.</summary>
    protected void Want(int count, Step next)
    {
        _received = 0;
        _wanted = count;
        _next = next;
    }

    /// <summary>Waits for a mark, preceded by at most <see cref="MaxPadding"/> arbitrary bytes.</summary>
    protected void Seek(ReadOnlySpan<byte> mark, Step next)
    {
        _mark = mark.ToArray();
        Want(mark.Length, next);
    }

    /// <summary>Adds bytes to the output.</summary>
    protected void Send(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    /// <summary>Ends the handshake.</summary>
    protected void Finish(NegotiatedCiphers result) => Result = result;

    /// <summary>Returns the length of a padding if it is valid.</summary>
    /// <exception cref="PeerProtocolException">The length exceeds <see cref="MaxPadding"/>.</exception>
    protected static int CheckPadding(int length) => length <= MaxPadding
        ? length
        : throw new PeerProtocolException($"padding of {length} bytes in an encrypted handshake; at most {MaxPadding} allowed");

    /// <summary>Derives the shared secret from the other side's public key.</summary>
    /// <exception cref="PeerProtocolException">The key is invalid.</exception>
    protected static SharedSecret Agree(KeyExchange own, ReadOnlySpan<byte> theirs) =>
        SharedSecret.Agree(own, theirs) ?? throw new PeerProtocolException("invalid public key in an encrypted handshake");

    // If not, requests the minimum number of bytes that can complete the mark: the end of the input may be its beginning.
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
