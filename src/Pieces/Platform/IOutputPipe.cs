namespace Pieces.Platform;

/// <summary>
/// Stdout as the system sees it: writes that count what was taken, and the moment at which its reader leaves. The runtime's streams lose count of what was
/// written when a descriptor does not block.
/// </summary>
internal interface IOutputPipe
{
    /// <summary>Whether <see cref="WaitUntilGone"/> can tell.</summary>
    bool NoticesReaderLeaving { get; }

    /// <summary>Writes all bytes; blocks until they are taken.</summary>
    /// <exception cref="IOException">The system refused; its number for the reason is in <see cref="Exception.HResult"/>.</exception>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Waits until the reader of the pipe is gone, at most for a time; false when it is still there.</summary>
    bool WaitUntilGone(TimeSpan atMost);
}
