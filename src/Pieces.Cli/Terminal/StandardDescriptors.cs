using Microsoft.Win32.SafeHandles;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Sees to it that descriptors 0 to 2 are taken. Started with one of them closed (<c>2&gt;&amp;-</c>), the process would get its number for the next file or
/// pipe that it opens, and lines for people would end there.
/// </summary>
internal static class StandardDescriptors
{
    private const int Last = 2;

    // Never closed: they are the process's own until its end.
    private static readonly List<SafeFileHandle> Fillers = [];

    /// <summary>Opens nothing in the place of each that is closed. To be called before anything else is opened.</summary>
    public static void Fill()
    {
        if (OperatingSystem.IsWindows())
            return;
        while (true)
        {
            SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            if (nothing.DangerousGetHandle() > Last)
            {
                nothing.Dispose();
                return;
            }

            Fillers.Add(nothing);
        }
    }
}
