using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pieces.Platform;

/// <summary>One system call (<c>readv</c>) that fills many buffers from a socket. The runtime's own takes arrays only, and pins and allocates for each call.</summary>
internal static unsafe class ScatterCall
{
    /// <summary>Buffers of one call.</summary>
    public const int MaxBuffers = 64;

    private const int Interrupted = 4;

    /// <summary>Whether the system has this call.</summary>
    public static bool IsSupported => !OperatingSystem.IsWindows();

    /// <summary>Fills the buffers one after another with what is there. The socket must have been used asynchronously before: then it does not block.</summary>
    /// <returns>Bytes read; 0 at the end of the stream; -1 when nothing is there.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    public static int TryRead(SafeSocketHandle socket, List<Memory<byte>> buffers)
    {
        int count = Math.Min(buffers.Count, MaxBuffers);
        IoVector* vectors = stackalloc IoVector[count];
        for (int i = 0; i < count; i++)
        {
            // Both kinds of memory that come here stand still without being held: native slabs and pinned arrays.
            using MemoryHandle handle = buffers[i].Pin();
            vectors[i] = new IoVector { Start = handle.Pointer, Length = (nuint)buffers[i].Length };
        }

        while (true)
        {
            nint read = ReadV(socket, vectors, count);
            if (read >= 0)
                return (int)read;
            int error = Marshal.GetLastPInvokeError();
            if (SystemErrors.WouldWait(error))
                return -1;
            if (error != Interrupted)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error).ToLowerInvariant(), error);
        }
    }

    private struct IoVector
    {
        public void* Start;
        public nuint Length;
    }

#pragma warning disable SYSLIB1054 // Source-generated imports need a partial class; this signature needs no marshalling but the handle's.
    [DllImport("libc", EntryPoint = "readv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ReadV(SafeSocketHandle socket, IoVector* vectors, int count);
#pragma warning restore SYSLIB1054
}
