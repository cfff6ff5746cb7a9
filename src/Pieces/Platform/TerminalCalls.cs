using System.Runtime.InteropServices;

namespace Pieces.Platform;

/// <summary>What the runtime has no call for: the size of the terminal behind stderr, whose turn it is there, and stopping for real.</summary>
internal static class TerminalCalls
{
    private const int StandardError = 2;
    private const int StopsBackgroundWriters = 22; // SIGTTOU, on Linux and macOS alike.
    private const nint Ignore = 1;

    /// <summary>Columns and rows, or null when stderr is no terminal or does not tell.</summary>
    public static (int Columns, int Rows)? SizeOfStandardError()
    {
        if (!OperatingSystem.IsLinux())
            return SizeOfConsole();
        const nuint GetWindowSize = 0x5413;
        WindowSize size = default;
        return GetSize(StandardError, GetWindowSize, ref size) == 0 && size is { Columns: > 0, Rows: > 0 } ? (size.Columns, size.Rows) : null;
    }

    /// <summary>Whether the terminal's foreground is this process's group, or there is no such thing here.</summary>
    public static bool IsForeground()
    {
        if (OperatingSystem.IsWindows())
            return true;
        int foreground = ForegroundGroup(StandardError);
        return foreground < 0 || foreground == OwnGroup();
    }

    /// <summary>
    /// Lets a last line from the background go out where the terminal is set to stop whoever writes from there (<c>stty tostop</c>): a program
    /// that must end would never do so.
    /// </summary>
    public static void AllowWritesFromBackground()
    {
        if (!OperatingSystem.IsWindows())
            SetHandler(StopsBackgroundWriters, Ignore);
    }

    /// <summary>Raises the signal of Ctrl-Z in this thread; the process goes on behind this call when it is continued.</summary>
    /// <returns>Whether it could be raised.</returns>
    public static bool RaiseStop() => Raise(OperatingSystem.IsMacOS() ? 18 : 20) == 0;

    private static (int Columns, int Rows)? SizeOfConsole()
    {
#pragma warning disable RS0030 // The size of the terminal is all that is asked of the console; nothing is read or written through it.
        try
        {
            return Console.WindowWidth > 0 && Console.WindowHeight > 0 ? (Console.WindowWidth, Console.WindowHeight) : null;
        }
        catch (IOException)
        {
            // No terminal to ask: a bar was demanded for a file or pipe.
            return null;
        }
#pragma warning restore RS0030
    }

#pragma warning disable SYSLIB1054 // Source-generated imports need a partial class; these signatures need no marshalling at all.
    [DllImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetSize(int descriptor, nuint request, ref WindowSize size);

    [DllImport("libc", EntryPoint = "tcgetpgrp")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ForegroundGroup(int descriptor);

    [DllImport("libc", EntryPoint = "getpgrp")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OwnGroup();

    [DllImport("libc", EntryPoint = "raise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Raise(int signal);

    [DllImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SetHandler(int signal, nint handler);
#pragma warning restore SYSLIB1054

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelWidth;
        public ushort PixelHeight;
    }
}
