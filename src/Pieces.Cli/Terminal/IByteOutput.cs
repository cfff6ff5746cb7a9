namespace Pieces.Cli.Terminal;

/// <summary>Takes bytes for a program that reads them. Used by one thread at a time.</summary>
internal interface IByteOutput
{
    /// <summary>Writes bytes as they are; they may wait for <see cref="Flush"/>.</summary>
    /// <exception cref="Failures.FailureException">The reader is gone, or the bytes cannot be written.</exception>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Hands on what is buffered.</summary>
    /// <exception cref="Failures.FailureException">The reader is gone, or the bytes cannot be written.</exception>
    void Flush();
}
