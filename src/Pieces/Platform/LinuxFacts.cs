using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>Facts that Linux reports in <c>/proc</c>, as far as it is mounted.</summary>
internal sealed class LinuxFacts : ISystemFacts
{
    private const string BootPath = "/proc/sys/kernel/random/boot_id";
    private const string UptimePath = "/proc/uptime";
    private const string LimitsPath = "/proc/self/limits";
    private const string OpenFiles = "/proc/self/fd";
    private const string OpenFileFacts = "/proc/self/fdinfo";
    private const string FilesRow = "Max open files";
    private const string FlagsRow = "flags:";
    private const int StandardCount = 3;

    // RLIMIT_NOFILE.
    private const int DescriptorResource = 7;

    // O_CLOEXEC in the flags of /proc. An inherited descriptor cannot have this flag, while every descriptor that the runtime or we open has it.
    private const int CloseOnExec = 0x80000;

    /// <inheritdoc/>
    public Guid BootId
    {
        get
        {
            try
            {
                return File.Exists(BootPath) && Guid.TryParse(File.ReadAllText(BootPath).Trim(), out Guid boot) ? boot : Guid.Empty;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // When the file is unreadable, there is no boot id.
                return Guid.Empty;
            }
        }
    }

    /// <inheritdoc/>
    public TimeSpan? Uptime
    {
        get
        {
            if (!File.Exists(UptimePath))
                return null;
            string first = File.ReadAllText(UptimePath).Split(' ')[0];
            return double.TryParse(first, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
                ? TimeSpan.FromSeconds(seconds)
                : null;
        }
    }

    /// <inheritdoc/>
    public (int Most, int Open)? Descriptors
    {
        get
        {
            if (!File.Exists(LimitsPath))
                return null;
            foreach (string line in File.ReadLines(LimitsPath))
            {
                bool isRow = line.StartsWith(FilesRow, StringComparison.Ordinal);
                string[] words = isRow ? line[FilesRow.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
                if (words.Length > 0 && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int most))
                    return (most, Directory.EnumerateFileSystemEntries(OpenFiles).Count());
            }

            return null;
        }
    }

    /// <inheritdoc/>
    public void RaiseDescriptorLimit()
    {
        // When the system refuses, the current limit stays in effect.
        var limit = default(LibC.ResourceLimit);
        if (LibC.GetLimit(DescriptorResource, ref limit) != 0 || limit.Soft >= limit.Hard)
            return;
        limit.Soft = limit.Hard;
        _ = LibC.SetLimit(DescriptorResource, ref limit);
    }

    /// <inheritdoc/>
    public bool IsGiven(StandardDescriptor descriptor)
    {
        if (!Directory.Exists(OpenFileFacts))
            return true;
        try
        {
            foreach (string line in File.ReadLines(FactsOf((int)descriptor)))
            {
                if (line.StartsWith(FlagsRow, StringComparison.Ordinal))
                    return (Convert.ToInt32(line[FlagsRow.Length..].Trim(), 8) & CloseOnExec) == 0;
            }

            return true;
        }
        catch (IOException)
        {
            // The file does not exist: the descriptor is closed.
            return false;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SafeFileHandle> PlugStandardDescriptors()
    {
        var plugs = new List<SafeFileHandle>();
        while (plugs.Count < StandardCount && !(File.Exists(FactsOf(0)) && File.Exists(FactsOf(1)) && File.Exists(FactsOf(2))))
            plugs.Add(File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));
        return plugs;
    }

    private static string FactsOf(int descriptor) => string.Create(CultureInfo.InvariantCulture, $"{OpenFileFacts}/{descriptor}");
}
