namespace Pieces.Platform;

/// <summary>The Windows console, which has no background process groups.</summary>
internal sealed class WindowsTerminalDevice : ITerminalDevice
{
    /// <inheritdoc/>
    public (int Columns, int Rows)? Size => ConsoleSize.Read();

    /// <inheritdoc/>
    public bool IsForeground => true;
}
