#pragma warning disable RS0030 // On Windows stdout is written through the console stream.
namespace Pieces.Platform;

/// <summary>Stdout on Windows, through the runtime's console stream. Only a write shows that the reader has closed the pipe.</summary>
internal sealed class WindowsOutputPipe : IOutputPipe
{
    private readonly Lazy<Stream> _stream = new(Console.OpenStandardOutput);

    /// <inheritdoc/>
    public bool NoticesReaderLeaving => false;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes) => _stream.Value.Write(bytes);

    /// <inheritdoc/>
    public bool WaitUntilGone(TimeSpan atMost) => false;
}
