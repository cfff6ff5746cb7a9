using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pieces.Platform;

/// <summary>
/// Writing to a descriptor and watching it, as the runtime does not offer it: its streams lose count of what was written when a descriptor does
/// not block.
/// </summary>
internal static class UnixDescriptor
{
    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const int WouldBlockBsd = 35;

    // Of struct pollfd: the descriptor, what is asked for, and what is so.
    private const int PollLength = 8;
    private const int AskedOffset = 4;
    private const int HappenedOffset = 6;
    private const short Writable = 0x04;
    private const short Error = 0x08;
    private const short HangUp = 0x10;

    /// <summary>Writes all bytes; blocks until they are taken.</summary>
    /// <exception cref="IOException">The system refused; its number for the reason is in <see cref="Exception.HResult"/>.</exception>
    public static void Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint written = Write(descriptor, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);
            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error is WouldBlock or WouldBlockBsd)
                _ = Poll(descriptor, Writable, Timeout.Infinite);
            else if (error != Interrupted)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    /// <summary>Waits until the reader of a pipe is gone, at most so long; false when it is there still.</summary>
    public static bool WaitUntilGone(int descriptor, TimeSpan atMost) => (Poll(descriptor, 0, (int)atMost.TotalMilliseconds) & (Error | HangUp)) != 0;

    // Errors are told whether asked for or not.
    private static int Poll(int descriptor, short asked, int milliseconds)
    {
        byte[] poll = new byte[PollLength];
        BinaryPrimitives.WriteInt32LittleEndian(poll, descriptor);
        BinaryPrimitives.WriteInt16LittleEndian(poll.AsSpan(AskedOffset), asked);
        return Poll(poll, 1, milliseconds) > 0 ? BinaryPrimitives.ReadInt16LittleEndian(poll.AsSpan(HappenedOffset)) : 0;
    }

#pragma warning disable SYSLIB1054 // Source-generated imports need unsafe code; these signatures need no marshalling at all.
    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Write(int descriptor, ref byte bytes, nuint count);

    [DllImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll([In, Out] byte[] descriptors, nuint count, int milliseconds);
#pragma warning restore SYSLIB1054
}
