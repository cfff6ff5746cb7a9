using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>Facts about the machine and this process, as the operating system reports them.</summary>
internal interface ISystemFacts
{
    /// <summary>
    /// Identifies the current boot of the machine. Data written since this boot is at least in the system's cache, even if the process was killed.
    /// Empty when the system has no boot id: then only flushed data counts after a crash.
    /// </summary>
    Guid BootId { get; }

    /// <summary>Time since the machine was started, including time in standby; null when it is unknown.</summary>
    TimeSpan? Uptime { get; }

    /// <summary>Maximum number of open file descriptors of this process, and the number open now; null when they are unknown.</summary>
    (int Most, int Open)? Descriptors { get; }

    /// <summary>Maximum size of this process's address space, in bytes; null when it is not limited or unknown.</summary>
    long? AddressSpace { get; }

    /// <summary>
    /// The lowest limit of threads that applies to this process, some of which are in use, perhaps by other processes; null when there is none or it
    /// is unknown.
    /// </summary>
    long? MaxThreads { get; }

    /// <summary>Makes later threads reserve less address space. Only useful when <see cref="AddressSpace"/> is limited.</summary>
    void ReserveLess();

    /// <summary>Raises the soft limit of open descriptors to the hard limit, where such limits exist.</summary>
    void RaiseDescriptorLimit();

    /// <summary>Whether the caller passed a standard descriptor to this process; true when the system cannot tell.</summary>
    bool IsGiven(StandardDescriptor descriptor);

    /// <summary>
    /// Opens the null device in place of each standard descriptor that the caller closed. Otherwise the next opened file would get that descriptor,
    /// for example a file of the download, and messages would be written into it.
    /// </summary>
    /// <returns>The open devices, to be kept until the process ends.</returns>
    IReadOnlyList<SafeFileHandle> PlugStandardDescriptors();
}
