namespace Pieces.Cli.Terminal;

/// <summary>
/// Stderr for a program that reads it, while stdout carries the content. A reader of stderr who left is no reason to stop: the content is
/// what counts.
/// </summary>
internal sealed class ErrorOutput : IByteOutput
{
    private readonly Lazy<Stream> _stream = new(Console.OpenStandardError);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes) => _stream.Value.Write(bytes);

    /// <inheritdoc/>
    public void Flush() => _stream.Value.Flush();
}
