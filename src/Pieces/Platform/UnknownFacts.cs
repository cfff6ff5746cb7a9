using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>A system of which none of it is known here.</summary>
internal sealed class UnknownFacts : ISystemFacts
{
    /// <inheritdoc/>
    public Guid BootId => Guid.Empty;

    /// <inheritdoc/>
    public TimeSpan? Uptime => null;

    /// <inheritdoc/>
    public (int Most, int Open)? Descriptors => null;

    /// <inheritdoc/>
    public void RaiseDescriptorLimit()
    {
        // It is the system's own affair, or there is no such limit.
    }

    /// <inheritdoc/>
    public bool IsGiven(StandardDescriptor descriptor) => true;

    /// <inheritdoc/>
    public IReadOnlyList<SafeFileHandle> PlugStandardDescriptors() => [];
}
