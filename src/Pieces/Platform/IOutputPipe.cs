namespace Pieces.Platform;

/// <summary>
/// Stdout, accessed by system calls. It counts the written bytes correctly, and reports when the reader closes the pipe. The runtime's streams lose
/// track of what was written when the descriptor is non-blocking.
/// </summary>
internal interface IOutputPipe
{
    /// <summary>Whether <see cref="WaitUntilGone"/> works.</summary>
    bool NoticesReaderLeaving { get; }

    /// <summary>Writes all bytes; blocks until they are written.</summary>
    /// <exception cref="IOException">The write failed; <see cref="Exception.HResult"/> is the system's error number.</exception>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Waits until the reader closes the pipe; false when it is still open after <paramref name="atMost"/>.</summary>
    bool WaitUntilGone(TimeSpan atMost);
}
