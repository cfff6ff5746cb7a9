using Pieces.Cli.Progress;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Tests.Cli.Display;

/// <summary>Whatever there is to show, it stays inside the terminal.</summary>
[Trait("Tier", "Pure")]
public class BlockRendererBoundsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_line_is_ever_wider_and_no_block_higher_than_the_terminal(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 2_000; round++)
        {
            TransferRow[] rows = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Rows.Any(random))];
            int columns = random.Next(1, 210), height = random.Next(1, 50);
            PieceBar bar = random.Next(2) == 0 ? PieceBar.Ascii : PieceBar.Dots;
            IReadOnlyList<StyledLine> lines = new BlockRenderer(bar).Render(rows, columns, height, random.Next(2) * random.Next(10_000));
            lines.Should().HaveCountLessThanOrEqualTo(Math.Max(1, height - 1));
            foreach (StyledLine line in lines)
            {
                string text = line.ToString().Replace("\u2068", "").Replace("\u2069", "");
                if (line.Width >= columns || text != DisplayText.Escape(text))
                    Assert.Fail($"round {round}, {columns} columns: \"{text}\" takes {line.Width}");
            }
        }
    }
}
