namespace Pieces.Platform;

/// <summary>What the system says of a path.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Modified">Time of the last write in ns since 1970; other systems than Linux have a coarser clock.</param>
/// <param name="Identity">Which file it is.</param>
/// <param name="Allocated">Bytes that it takes on the disk; holes take none.</param>
internal readonly record struct FileStat(FileKind Kind, long Length, long Modified, FileIdentity Identity, long Allocated)
{
    // An odd number with an even mix of bits.
    private const ulong Spread = 0x9E3779B97F4A7C15;

    /// <summary>
    /// Time of the last change of the file or of what the system keeps about it, in ns since 1970; unlike <see cref="Modified"/> nobody can set it. 0 where
    /// the runtime does not tell.
    /// </summary>
    public long Changed { get; init; }

    /// <summary>
    /// All that changes with the file's content, in 64 bits; 0 for no file. Two equal stamps mean that nothing was written in between. The device is left out,
    /// since its number may change when the machine restarts.
    /// </summary>
    public long Stamp
    {
        get
        {
            if (Kind == FileKind.Missing)
                return 0;
            ulong mix = Mixed(Mixed(Mixed(Mixed(0, Identity.Fingerprint), Length), Modified), Changed);
            return mix == 0 ? 1 : (long)mix;
        }
    }

    /// <summary>Whose it is, and who else may change it.</summary>
    public FileTrust Trust { get; init; }

    /// <summary>The permissions, as in <see cref="UnixFileMode"/>; 0 where the system does not tell.</summary>
    public int Mode { get; init; }

    /// <summary>Whether an ordinary file is there.</summary>
    public bool IsFile => Kind == FileKind.File;

    private static ulong Mixed(ulong mix, long value)
    {
        mix = (mix ^ (ulong)value) * Spread;
        return mix ^ (mix >> 32);
    }
}
