namespace Pieces.Platform;

/// <summary>Identifies a file; writes and renames do not change it. The default value means unknown.</summary>
/// <param name="Device">The file system that contains the file; 0 when the operating system does not report it.</param>
/// <param name="Inode">The number of the file on its file system; 0 when the operating system does not report it.</param>
/// <param name="Birth">Creation time of the file. It is needed because inode numbers are reused.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, long Birth)
{
    // The golden ratio in 64 bits spreads neighbouring inode numbers, so that a similar creation time does not cancel their difference.
    private const ulong Spread = 0x9E3779B97F4A7C15;

    /// <summary>
    /// The identity in 64 bits, as it is stored in resume states; 0 when it is unknown. It excludes the device, whose number may change with a
    /// reboot.
    /// </summary>
    public long Fingerprint => (long)((Inode * Spread) ^ (ulong)Birth);
}
