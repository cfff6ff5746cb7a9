using Pieces.Cli.Sources;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class SourceListTests
{
    private const int LineLength = 1024 * 1024;

    [Fact]
    public void A_list_is_read_to_its_limit()
    {
        SourceList.Parse(new Lines(SourceList.MaxLength / LineLength)).Should().BeEmpty();
        FluentActions.Invoking(() => SourceList.Parse(new Lines(SourceList.MaxLength / LineLength, "#"))).Should().Throw<IOException>();
    }

    /// <summary>A number of comments of one length, and a last line.</summary>
    private sealed class Lines(int count, string? last = null) : TextReader
    {
        private readonly string _line = new('#', LineLength);
        private int _left = count;
        private string? _last = last;

        public override string? ReadLine()
        {
            if (_left-- > 0)
                return _line;
            string? line = _last;
            _last = null;
            return line;
        }
    }
}
