#pragma warning disable RS0030 // Stdout is a stream of the console here.
namespace Pieces.Platform;

/// <summary>Stdout on Windows, as the runtime's console has it. Only a write notices that the reader is gone.</summary>
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
