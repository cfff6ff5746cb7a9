namespace Pieces.Platform;

/// <summary>The console of Windows, which has no background.</summary>
internal sealed class WindowsTerminalDevice : ITerminalDevice
{
    /// <inheritdoc/>
    public (int Columns, int Rows)? Size => ConsoleSize.Read();

    /// <inheritdoc/>
    public bool IsForeground => true;
}
