using System.Globalization;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>Facts that Linux reports in <c>/proc</c>, as far as it is mounted.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxFacts : UnixFacts
{
    private const string BootPath = "/proc/sys/kernel/random/boot_id";
    private const string UptimePath = "/proc/uptime";
    private const string LimitsPath = "/proc/self/limits";
    private const string OpenFiles = "/proc/self/fd";
    private const string FilesRow = "Max open files";

    // RLIMIT_NPROC, RLIMIT_AS, and M_ARENA_MAX of the GNU C library.
    private const int ThreadsResource = 6;
    private const int AddressSpaceResource = 9;
    private const int MaxArenas = -8;

    // What the runtime itself uses on other systems, in bytes.
    private const nuint ModestStack = 1536 * 1024;

    // pthread_attr_t has 56 or 64 bytes.
    private const int ThreadAttributesLength = 128;

    /// <inheritdoc/>
    public override Guid BootId
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
    public override TimeSpan? Uptime
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
    public override (int Most, int Open)? Descriptors
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
    public override long? AddressSpace => LimitOf(AddressSpaceResource);

    /// <inheritdoc/>
    public override long? MaxThreads => LinuxThreadLimit.Lowest(LimitOf(ThreadsResource));

    /// <inheritdoc/>
    protected override int DescriptorResource => 7;

    /// <inheritdoc/>
    /// <remarks>
    /// The GNU C library reserves 8 MiB for the stack of each thread, and 64 MiB for the small allocations of each. Other C libraries reserve less,
    /// and do not have these functions.
    /// </remarks>
    public override void ReserveLess()
    {
        byte[] attributes = new byte[ThreadAttributesLength];
        try
        {
            _ = LibC.SetAllocatorOption(MaxArenas, 1);
            if (LibC.BeginThreadAttributes(attributes) == 0 && LibC.SetStackLength(attributes, ModestStack) == 0)
                _ = LibC.SetDefaultThreadAttributes(attributes);
        }
        catch (TypeLoadException)
        {
            // Another C library, or an old one (DllNotFoundException, EntryPointNotFoundException): its own defaults stay.
        }
    }

    /// <inheritdoc/>
    protected override SafeFileHandle? OpenUselessDescriptor()
    {
        int descriptor = LibC.Open(LibC.Terminated("/"), LinuxResolution.FolderPath);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }
}
