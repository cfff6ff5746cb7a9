namespace Pieces.Platform;

/// <summary>The state of a path.</summary>
/// <param name="Kind">The type of the path.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Modified">Time of the last write in ns since 1970; other systems than Linux have a coarser clock.</param>
/// <param name="Identity">Identity of the file.</param>
/// <param name="Allocated">Allocated disk space in bytes, without holes.</param>
internal readonly record struct FileStat(FileKind Kind, long Length, long Modified, FileIdentity Identity, long Allocated)
{
    // An odd number with evenly distributed bits.
    private const ulong Spread = 0x9E3779B97F4A7C15;

    /// <summary>
    /// Time of the last change of the file or its metadata (ctime), in ns since 1970; unlike <see cref="Modified"/> a program cannot set it. 0 when
    /// the runtime does not report it.
    /// </summary>
    public long Changed { get; init; }

    /// <summary>
    /// A 64-bit hash of everything that changes with the file's content; 0 for a missing file. When two stamps are equal, the file was not written in
    /// between. The device is excluded, because its number may change with a reboot.
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

    /// <summary>Whether the file belongs to us, and whether others may change it.</summary>
    public FileTrust Trust { get; init; }

    /// <summary>The permissions, as in <see cref="UnixFileMode"/>; 0 when the operating system does not report them.</summary>
    public int Mode { get; init; }

    /// <summary>Whether the path is an ordinary file.</summary>
    public bool IsFile => Kind == FileKind.File;

    private static ulong Mixed(ulong mix, long value)
    {
        mix = (mix ^ (ulong)value) * Spread;
        return mix ^ (mix >> 32);
    }
}
