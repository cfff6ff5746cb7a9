namespace Pieces.Platform;

/// <summary>What tells one file from every other and stays the same through writes and renames; the default value is unknown.</summary>
/// <param name="Device">The file system that the file is on; 0 where the system does not tell.</param>
/// <param name="Inode">The number of the file on its file system; 0 where the system does not tell.</param>
/// <param name="Birth">When the file was made: numbers are used again, so a number alone does not name one file.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, long Birth)
{
    // The golden ratio in 64 bits spreads neighboring inodes, so that a near birth time does not cancel the difference.
    private const ulong Spread = 0x9E3779B97F4A7C15;

    /// <summary>
    /// The identity in 64 bits, as resume states keep it; 0 when it is unknown. It leaves out the device, whose number may change when the machine restarts.
    /// </summary>
    public long Fingerprint => (long)((Inode * Spread) ^ (ulong)Birth);
}
