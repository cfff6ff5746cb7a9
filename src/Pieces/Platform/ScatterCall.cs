using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pieces.Platform;

/// <summary>
/// One system call (<c>readv</c>) that fills many buffers from a socket. The runtime's own method accepts only arrays, and pins and allocates for
/// each call.
/// </summary>
internal static unsafe class ScatterCall
{
    /// <summary>Maximum number of buffers per call.</summary>
    public const int MaxBuffers = 64;

    private const int Interrupted = 4;

    /// <summary>Whether the operating system has this call.</summary>
    public static bool IsSupported => !OperatingSystem.IsWindows();

    /// <summary>
    /// Fills the buffers one after another with the available data. The socket must have been used asynchronously before, so that it is non-blocking.
    /// </summary>
    /// <returns>Number of bytes read; 0 at the end of the stream; -1 when no data is available.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    public static int TryRead(SafeSocketHandle socket, List<Memory<byte>> buffers)
    {
        int count = Math.Min(buffers.Count, MaxBuffers);
        IoVector* vectors = stackalloc IoVector[count];
        for (int i = 0; i < count; i++)
        {
            // Both kinds of memory used here never move: native slabs and pinned arrays. The handle need not be kept.
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

#pragma warning disable SYSLIB1054 // Source-generated imports need a partial class; this signature only needs marshalling of the handle.
    [DllImport("libc", EntryPoint = "readv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ReadV(SafeSocketHandle socket, IoVector* vectors, int count);
#pragma warning restore SYSLIB1054
}
