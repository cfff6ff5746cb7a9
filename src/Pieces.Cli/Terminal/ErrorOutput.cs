namespace Pieces.Cli.Terminal;

/// <summary>
/// Writes to stderr for a program that reads it, while stdout carries the content. A broken pipe on stderr does not stop the run, because the content
/// matters more.
/// </summary>
internal sealed class ErrorOutput : IByteOutput
{
    private readonly Lazy<Stream> _stream = new(Console.OpenStandardError);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes) => _stream.Value.Write(bytes);

    /// <inheritdoc/>
    public void Flush() => _stream.Value.Flush();
}
