using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>Facts that every Unix-like system reports through the C library.</summary>
[UnsupportedOSPlatform("windows")]
internal class UnixFacts : ISystemFacts
{
    private const string NullDevice = "/dev/null";
    private const int StandardCount = 3;
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;

    // macOS refuses a higher limit of descriptors than this (OPEN_MAX), even if it reports an unlimited hard limit.
    private const nuint ModestDescriptors = 10_240;

    /// <inheritdoc/>
    public virtual Guid BootId => Guid.Empty;

    /// <inheritdoc/>
    public virtual TimeSpan? Uptime => null;

    /// <inheritdoc/>
    public virtual (int Most, int Open)? Descriptors => null;

    /// <inheritdoc/>
    public virtual long? AddressSpace => null;

    /// <inheritdoc/>
    public virtual long? MaxThreads => null;

    /// <summary>The number of RLIMIT_NOFILE: 8 on macOS and the BSDs.</summary>
    protected virtual int DescriptorResource => 8;

    /// <inheritdoc/>
    public void RaiseDescriptorLimit()
    {
        // When the system refuses, the current limit stays in effect.
        var limit = default(LibC.ResourceLimit);
        if (LibC.GetLimit(DescriptorResource, ref limit) != 0 || limit.Soft >= limit.Hard)
            return;
        nuint now = limit.Soft;
        limit.Soft = limit.Hard;
        if (LibC.SetLimit(DescriptorResource, ref limit) == 0 || now >= ModestDescriptors)
            return;
        limit.Soft = ModestDescriptors;
        _ = LibC.SetLimit(DescriptorResource, ref limit);
    }

    /// <inheritdoc/>
    public virtual void ReserveLess()
    {
        // Only Linux lets us choose.
    }

    /// <inheritdoc/>
    /// <remarks>An inherited descriptor cannot have FD_CLOEXEC, while every descriptor that the runtime or we open has it.</remarks>
    public bool IsGiven(StandardDescriptor descriptor)
    {
        int flags = LibC.DescriptorControl((int)descriptor, GetDescriptorFlags);
        return flags >= 0 && (flags & CloseOnExec) == 0;
    }

    /// <inheritdoc/>
    public IReadOnlyList<SafeFileHandle> PlugStandardDescriptors()
    {
        var plugs = new List<SafeFileHandle>();
        for (int i = 0; i < StandardCount; i++)
        {
            if (LibC.DescriptorControl(i, GetDescriptorFlags) < 0 && OpenPlug() is { } plug)
                plugs.Add(plug);
        }

        return plugs;
    }

    /// <summary>The soft limit of a resource; null when there is none.</summary>
    protected static long? LimitOf(int resource)
    {
        var limit = default(LibC.ResourceLimit);
        return LibC.GetLimit(resource, ref limit) == 0 && limit.Soft <= long.MaxValue ? (long)limit.Soft : null;
    }

    /// <summary>Opens something whose reads and writes fail, where there is no null device; null when nothing can be opened.</summary>
    protected virtual SafeFileHandle? OpenUselessDescriptor() => null;

    // The system gives the lowest free descriptor.
    private SafeFileHandle? OpenPlug()
    {
        try
        {
            return File.OpenHandle(NullDevice, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A container or chroot without /dev.
            return OpenUselessDescriptor();
        }
    }
}
