using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Pieces.Platform;

/// <summary>
/// Opens a name below an open directory without following a symbolic link at any component, so that another user with write access to a directory on
/// the path cannot redirect it. The kernel does this in one call (<c>openat2</c>, since Linux 5.6); otherwise the components are opened one by one.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class LinuxResolution
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int MakeFile = 0x40;
    public const int MustBeNew = 0x80;
    public const int NotTerminal = 0x100;
    public const int DoNotWait = 0x800;
    public const int CloseOnExecute = 0x80000;
    public const int PathOnly = 0x200000;
    public const int AtCurrentDirectory = -100;

    // The number of this call is the same on every architecture.
    private const nint OpenAt2Number = 437;
    private const ulong ResolveNoSymlinks = 4;
    private const ulong ResolveBeneath = 8;
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int LeavesTheDirectory = 18;
    private const int MaxAttempts = 100;

    // The values of these two flags depend on the architecture.
    private static readonly int Directory = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    private static readonly Lazy<bool> HasOpenAt2 = new(ProbeOpenAt2);

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    /// <summary>Flags for opening a directory in order to open names below it.</summary>
    public static int FolderPath => PathOnly | Directory | CloseOnExecute;

    /// <summary>Flags for opening a directory to list and flush it.</summary>
    public static int Folder => ReadOnly | Directory | CloseOnExecute;

    /// <summary>Opens a directory by the path that the user typed, following links.</summary>
    /// <returns>The descriptor, or the negative errno.</returns>
    public static int OpenAsTyped(string path) => Retry(LibC.Terminated(path.Length == 0 ? "." : path), static bytes =>
        LibC.OpenAt(AtCurrentDirectory, bytes, FolderPath, 0));

    /// <summary>Opens a name below a directory; the empty name is the directory itself.</summary>
    /// <returns>The descriptor, or the negative errno.</returns>
    public static int OpenBelow(int directory, string name, int flags, int mode = 0)
    {
        flags |= NoFollow | CloseOnExecute;
        if (name.Length == 0)
            return OpenOne(directory, ".", flags, mode);
        if (HasOpenAt2.Value)
            return OpenAt2(directory, LibC.Terminated(name), flags, mode);

        int at = directory;
        string[] components = name.Split('/');
        try
        {
            for (int i = 0; i < components.Length; i++)
            {
                if (components[i] is "" or "." or "..")
                    return -LeavesTheDirectory;
                bool isLast = i == components.Length - 1;
                int next = OpenOne(at, components[i], isLast ? flags : FolderPath | NoFollow, isLast ? mode : 0);
                if (isLast || next < 0)
                    return next;
                CloseUnless(at, directory);
                at = next;
            }
        }
        finally
        {
            CloseUnless(at, directory);
        }

        return -LeavesTheDirectory;
    }

    private static void CloseUnless(int descriptor, int keep)
    {
        if (descriptor != keep)
            _ = LibC.Close(descriptor);
    }

    private static int OpenOne(int directory, string name, int flags, int mode) =>
        Retry((directory, Name: LibC.Terminated(name), flags, mode), static call => LibC.OpenAt(call.directory, call.Name, call.flags, call.mode));

    private static int OpenAt2(int directory, byte[] name, int flags, int mode) => Retry((directory, name, flags, mode), static call =>
    {
        var how = new LibC.OpenHow
        {
            Flags = (ulong)call.flags,
            // The call accepts permissions only when it creates a file.
            Mode = (call.flags & MakeFile) != 0 ? (ulong)call.mode : 0,
            Resolve = ResolveBeneath | ResolveNoSymlinks,
        };
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<LibC.OpenHow>(ref how));
        return (int)LibC.SystemCall(OpenAt2Number, call.directory, call.name, ref MemoryMarshal.GetReference(bytes), bytes.Length);
    });

    // The kernel returns EAGAIN when a directory on the path was renamed meanwhile.
    private static int Retry<T>(T call, Func<T, int> open)
    {
        for (int attempt = 0; ; attempt++)
        {
            int descriptor = open(call);
            if (descriptor >= 0)
                return descriptor;
            int error = Marshal.GetLastPInvokeError();
            if (error is not (Interrupted or TryAgain) || attempt == MaxAttempts)
                return -error;
        }
    }

    // A system call filter may reject the call with any error: treat every error as if the kernel did not have the call.
    private static bool ProbeOpenAt2()
    {
        int root = OpenAsTyped("/");
        if (root < 0)
            return false;
        int descriptor = OpenAt2(root, LibC.Terminated("."), FolderPath, 0);
        if (descriptor >= 0)
            _ = LibC.Close(descriptor);
        _ = LibC.Close(root);
        return descriptor >= 0;
    }
}
