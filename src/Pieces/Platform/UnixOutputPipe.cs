using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pieces.Platform;

/// <summary>Stdout on Unix-like systems: descriptor 1.</summary>
internal sealed class UnixOutputPipe : IOutputPipe
{
    private const int Descriptor = 1;
    private const int Interrupted = 4;

    // Offsets in struct pollfd: the descriptor comes first, then the requested events and the returned events.
    private const int PollLength = 8;
    private const int AskedOffset = 4;
    private const int HappenedOffset = 6;
    private const short Writable = 0x04;
    private const short Error = 0x08;
    private const short HangUp = 0x10;

    /// <inheritdoc/>
    public bool NoticesReaderLeaving => true;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint written = LibC.Write(Descriptor, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);
            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (SystemErrors.WouldWait(error))
                _ = Poll(Writable, Timeout.Infinite);
            else if (error != Interrupted)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    /// <inheritdoc/>
    public bool WaitUntilGone(TimeSpan atMost) => (Poll(0, (int)atMost.TotalMilliseconds) & (Error | HangUp)) != 0;

    // poll returns errors and hang-ups whether they are requested or not.
    private static int Poll(short asked, int milliseconds)
    {
        byte[] poll = new byte[PollLength];
        BinaryPrimitives.WriteInt32LittleEndian(poll, Descriptor);
        BinaryPrimitives.WriteInt16LittleEndian(poll.AsSpan(AskedOffset), asked);
        return LibC.Poll(poll, 1, milliseconds) > 0 ? BinaryPrimitives.ReadInt16LittleEndian(poll.AsSpan(HappenedOffset)) : 0;
    }
}
