using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>What the system tells of the machine and of this process.</summary>
internal interface ISystemFacts
{
    /// <summary>
    /// Names the present start of the machine: what was written since then is in the system's cache even if the process was killed. Empty where the system has
    /// no such name: then only what was flushed counts after an unclean end.
    /// </summary>
    Guid BootId { get; }

    /// <summary>The time since the start of the machine, the time that it slept included; null where the system does not tell.</summary>
    TimeSpan? Uptime { get; }

    /// <summary>How many descriptors this process may have open, and how many it has; null where the system does not tell.</summary>
    (int Most, int Open)? Descriptors { get; }

    /// <summary>Lets this process have as many descriptors open as it may: raises the soft limit to the hard one, where there are such.</summary>
    void RaiseDescriptorLimit();

    /// <summary>Whether the caller gave this process a descriptor; true where the system cannot tell.</summary>
    bool IsGiven(StandardDescriptor descriptor);

    /// <summary>
    /// Opens the null device in the place of each standard descriptor that the caller closed. The next file that is opened would get that place: a pipe of the
    /// runtime, or a file of the download, into which messages would then go.
    /// </summary>
    /// <returns>The open devices, to be kept until the end.</returns>
    IReadOnlyList<SafeFileHandle> PlugStandardDescriptors();
}
