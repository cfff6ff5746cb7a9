namespace Pieces.Platform;

/// <summary>A terminal on Linux, queried by a system call: the runtime would first configure the terminal for reading.</summary>
internal sealed class LinuxTerminalDevice : UnixTerminalDevice
{
    private const nuint GetWindowSize = 0x5413;

    /// <inheritdoc/>
    public override (int Columns, int Rows)? Size
    {
        get
        {
            LibC.WindowSize size = default;
            bool isKnown = LibC.GetWindowSize(StandardError, GetWindowSize, ref size) == 0 && size is { Columns: > 0, Rows: > 0 };
            return isKnown ? (size.Columns, size.Rows) : null;
        }
    }
}
