using System.Text;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class PathObserverTests
{
    private static readonly TransferItem Item = new("x.torrent", new TestTorrent("holiday", 7, 16 * 1024).Metainfo, "there");

    [Theory]
    [InlineData("Lines", false, "a\nb/ü \u001b\n")]
    [InlineData("NulEnded", false, "a\0b/ü \u001b\0")]
    [InlineData("Lines", true, "a\nb/ü \\x1B\n")]
    [InlineData("NulEnded", true, "a\0b/ü \u001b\0")]
    public async Task Paths_are_raw_save_for_lines_on_a_terminal(string style, bool isTerminal, string expected)
    {
        var output = new Kept();
        await using (var paths = new PathObserver(output, Enum.Parse<PathStyle>(style), isTerminal, _ => { }))
        {
            paths.Hear(Item, new FileNotice(0, "a", 1, WasComplete: true));
            paths.Hear(Item, new PieceNotice(default, 1));
            paths.Hear(Item, new FileNotice(1, "b/ü \u001b", 1));
        }

        Encoding.UTF8.GetString(output.Bytes.ToArray()).Should().Be(expected);
    }

    [Fact]
    public async Task A_reader_who_leaves_is_told_of()
    {
        var failures = new List<Outcome>();
        await using (var paths = new PathObserver(new Gone(), PathStyle.Lines, false, failures.Add))
        {
            paths.Hear(Item, new FileNotice(0, "a", 1));
            paths.Hear(Item, new FileNotice(1, "b", 1));
        }

        failures.Should().ContainSingle().Which.Code.Should().Be(ExitCode.BrokenPipe);
    }

    private sealed class Kept : IByteOutput
    {
        public MemoryStream Bytes { get; } = new();

        public void Write(ReadOnlySpan<byte> bytes) => Bytes.Write(bytes);

        public void Flush()
        {
        }
    }

    private sealed class Gone : IByteOutput
    {
        public void Write(ReadOnlySpan<byte> bytes) => throw new FailureException(ExitCode.BrokenPipe, string.Empty);

        public void Flush()
        {
        }
    }
}
