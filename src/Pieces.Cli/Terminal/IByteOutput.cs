namespace Pieces.Cli.Terminal;

/// <summary>Byte output for programs. Used by one thread at a time.</summary>
internal interface IByteOutput
{
    /// <summary>Writes bytes unchanged. They may be buffered until <see cref="Flush"/>.</summary>
    /// <exception cref="Failures.FailureException">The reader has closed the pipe, or the bytes cannot be written.</exception>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Writes the buffered bytes.</summary>
    /// <exception cref="Failures.FailureException">The reader has closed the pipe, or the bytes cannot be written.</exception>
    void Flush();
}
