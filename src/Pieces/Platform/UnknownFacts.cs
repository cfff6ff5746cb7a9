using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>System facts on systems where we cannot determine them.</summary>
internal sealed class UnknownFacts : ISystemFacts
{
    /// <inheritdoc/>
    public Guid BootId => Guid.Empty;

    /// <inheritdoc/>
    public TimeSpan? Uptime => null;

    /// <inheritdoc/>
    public (int Most, int Open)? Descriptors => null;

    /// <inheritdoc/>
    public long? AddressSpace => null;

    /// <inheritdoc/>
    public long? MaxThreads => null;

    /// <inheritdoc/>
    public void ReserveLess()
    {
        // There is no such limit.
    }

    /// <inheritdoc/>
    public void RaiseDescriptorLimit()
    {
        // There is no such limit.
    }

    /// <inheritdoc/>
    public bool IsGiven(StandardDescriptor descriptor) => true;

    /// <inheritdoc/>
    public IReadOnlyList<SafeFileHandle> PlugStandardDescriptors() => [];
}
