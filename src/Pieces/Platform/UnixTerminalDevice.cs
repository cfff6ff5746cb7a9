namespace Pieces.Platform;

/// <summary>A terminal with jobs in front and in the background.</summary>
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
