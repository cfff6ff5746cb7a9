namespace Pieces.Platform;

/// <summary>A terminal with foreground and background process groups.</summary>
internal class UnixTerminalDevice : ITerminalDevice
{
    protected const int StandardError = 2;

    /// <inheritdoc/>
    public virtual (int Columns, int Rows)? Size => ConsoleSize.Read();

    /// <inheritdoc/>
    public bool IsForeground
    {
        get
        {
            int foreground = LibC.ForegroundGroup(StandardError);
            return foreground < 0 || foreground == LibC.OwnGroup();
        }
    }
}
