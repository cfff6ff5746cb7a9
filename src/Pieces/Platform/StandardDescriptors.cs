using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>
/// Which of stdin, stdout and stderr the caller gave. One that was closed is free for the next file that is opened: the runtime's own pipes, or a file of
/// the download, into which messages would then go.
/// </summary>
internal static class StandardDescriptors
{
    public const int Input = 0;
    public const int Output = 1;
    public const int Error = 2;

    // O_CLOEXEC in the flags of /proc. What is inherited cannot have it, and whatever the runtime or we open has it.
    private const int CloseOnExec = 0x80000;

    /// <summary>Whether the caller gave it; true where the system cannot tell.</summary>
    public static bool IsGiven(int descriptor)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc/self/fdinfo"))
            return true;
        try
        {
            foreach (string line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{descriptor}")))
            {
                if (line.StartsWith("flags:", StringComparison.Ordinal))
                    return (Convert.ToInt32(line["flags:".Length..].Trim(), 8) & CloseOnExec) == 0;
            }

            return true;
        }
        catch (IOException)
        {
            // There is no such file: it is closed.
            return false;
        }
    }

    /// <summary>Opens the null device in each place that is free, so that no other file gets there; to be kept until the end.</summary>
    public static IReadOnlyList<SafeFileHandle> Plug()
    {
        var plugs = new List<SafeFileHandle>();
        while (OperatingSystem.IsLinux() && !(File.Exists("/proc/self/fdinfo/0") && File.Exists("/proc/self/fdinfo/1") && File.Exists("/proc/self/fdinfo/2")))
        {
            if (plugs.Count > Error)
                break;
            plugs.Add(File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));
        }

        return plugs;
    }
}
