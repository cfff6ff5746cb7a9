namespace Pieces.Platform;

/// <summary>Names the present start of the machine: what was written since then is in the system's cache even if the process was killed.</summary>
internal static class BootId
{
    /// <summary>The name, or empty where the system has none: then only what was flushed counts after an unclean end.</summary>
    public static Guid Read()
    {
        const string Source = "/proc/sys/kernel/random/boot_id";
        try
        {
            return File.Exists(Source) && Guid.TryParse(File.ReadAllText(Source).Trim(), out Guid boot) ? boot : Guid.Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Guid.Empty;
        }
    }
}
