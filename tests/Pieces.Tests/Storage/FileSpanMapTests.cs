using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Storage;
using Pieces.Storage.Files;

namespace Pieces.Tests.Storage;

[Trait("Tier", "Pure")]
public class FileSpanMapTests
{
    [Fact]
    public void Every_range_is_covered_once_in_order_and_files_without_bytes_are_never_named()
    {
        var random = new Random(1);
        for (int round = 0; round < 200; round++)
        {
            int[] lengths = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(3) == 0 ? 0 : random.Next(1, 20))];
            int total = lengths.Sum();
            if (total == 0)
                continue;
            int[] owner = [.. lengths.SelectMany((length, file) => Enumerable.Repeat(file, length))];
            FileSpanMap map = MapOf(lengths);
            int offset = random.Next(total), count = random.Next(1, total - offset + 1);
            List<int> seen = [];
            foreach (FileSegment segment in map.Segments(offset, count))
            {
                segment.Length.Should().BePositive();
                segment.Offset.Should().Be(offset + seen.Count - lengths.Take(segment.File).Sum());
                seen.AddRange(Enumerable.Repeat(segment.File, segment.Length));
            }

            seen.Should().Equal(owner.Skip(offset).Take(count));
        }
    }

    [Fact]
    public void An_empty_range_has_no_segments()
    {
        foreach (FileSegment segment in MapOf([5, 0, 5]).Segments(5, 0))
            throw new InvalidOperationException($"{segment}");
        MapOf([5, 0, 5]).FileAt(5).Should().Be(2);
    }

    private static FileSpanMap MapOf(int[] lengths)
    {
        long offset = 0;
        var files = ImmutableArray.CreateBuilder<FileEntry>();
        foreach (int length in lengths)
        {
            files.Add(new FileEntry(files.Count, [$"{files.Count}"], [$"{files.Count}"], offset, length, TorrentFileAttributes.None));
            offset += length;
        }

        return new FileSpanMap(files.ToImmutable());
    }
}
