using System.Text;

namespace Pieces.Cli.Terminal;

/// <summary>Plain lines on stderr. A reader who left is no reason to stop, and the console's stream ignores that.</summary>
internal sealed class StandardError : ILineWriter
{
    private readonly Stream _stream = Console.OpenStandardError();

    /// <inheritdoc/>
    public void WriteLine(string line) => _stream.Write(Encoding.UTF8.GetBytes(line + '\n'));
}
