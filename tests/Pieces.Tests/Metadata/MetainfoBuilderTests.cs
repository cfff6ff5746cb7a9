using System.Collections.Immutable;
using System.Text;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Tests.Support;

namespace Pieces.Tests.Metadata;

[Trait("Tier", "Pure")]
public class MetainfoBuilderTests
{
    [Fact]
    public async Task Describes_one_file()
    {
        using var folder = new TempFolder();
        byte[] content = Content(1, 100_000);
        Metainfo metainfo = await BuildAsync(new() { Paths = [folder.Write("a.bin", content)] });
        metainfo.Name.Should().Be("a.bin");
        metainfo.IsMultiFile.Should().BeFalse();
        metainfo.Layout.PieceLength.Should().Be(16384);
        ShouldHash(metainfo, content);
    }

    [Fact]
    public async Task Describes_a_folder_in_ordinal_order_with_pieces_across_files()
    {
        using var folder = new TempFolder();
        byte[][] contents = [Content(1, 10_000), Content(2, 0), Content(3, 33_000), Content(4, 1)];
        folder.Write("top/b", contents[2]);
        folder.Write("top/B", contents[0]);
        folder.Write("top/a/x", contents[1]);
        folder.Write("top/b.txt", contents[3]);
        Metainfo metainfo = await BuildAsync(new() { Paths = [folder["top"] + "/"] });
        TestInfo.PathsOf(metainfo).Should().Equal("top/B", "top/a/x", "top/b", "top/b.txt");
        ShouldHash(metainfo, [.. contents.SelectMany(content => content)]);
    }

    [Theory]
    [InlineData(16 * 1024)]
    [InlineData(1024 * 1024)]
    [InlineData(4 * 1024 * 1024)]
    [InlineData(32 * 1024 * 1024)]
    public async Task Hashes_pieces_shorter_and_longer_than_a_read(int pieceLength)
    {
        using var folder = new TempFolder();
        byte[] content = Content(5, (9 * ContentHasher.BufferLength) + 12_345);
        folder.Write("top/a", content[..1_500_000]);
        folder.Write("top/b", content[1_500_000..1_500_001]);
        folder.Write("top/c", content[1_500_001..]);
        ShouldHash(await BuildAsync(new() { Paths = [folder["top"]], PieceLength = pieceLength }), content);
    }

    [Fact]
    public async Task The_same_input_gives_the_same_bytes_without_date_or_maker()
    {
        using var first = new TempFolder();
        using var second = new TempFolder();
        foreach (string name in new[] { "top/c", "top/a", "top/b/d" })
            first.Write(name, Content(name.Length, 5000));
        foreach (string name in new[] { "top/b/d", "top/a", "top/c" })
            second.Write(name, Content(name.Length, 5000));
        byte[] bytes = await BytesAsync(new() { Paths = [first["top"]] });
        (await BytesAsync(new() { Paths = [second["top"]] })).Should().Equal(bytes);
        Encoding.Latin1.GetString(bytes).Should().StartWith("d4:infod5:files").And.NotContain("creat");
    }

    [Fact]
    public async Task Writes_every_option()
    {
        using var folder = new TempFolder();
        Metainfo metainfo = await BuildAsync(new()
        {
            Paths = [folder.Write("a", [1])],
            Name = "named",
            Trackers = ["http://a/announce", "udp://b:1"],
            WebSeeds = ["http://w/"],
            IsPrivate = true,
            PieceLength = 65536,
            Comment = "é",
            CreationDate = DateTimeOffset.FromUnixTimeSeconds(5),
        });
        metainfo.Name.Should().Be("named");
        metainfo.Trackers.Select(tier => tier.Single()).Should().Equal("http://a/announce", "udp://b:1");
        metainfo.WebSeeds.Should().Equal("http://w/");
        metainfo.IsPrivate.Should().BeTrue();
        metainfo.Layout.PieceLength.Should().Be(65536);
        metainfo.Comment.Should().Be("é");
        metainfo.CreationDate.Should().Be(DateTimeOffset.FromUnixTimeSeconds(5));
    }

    [Fact]
    public async Task Several_paths_of_one_folder_take_its_name()
    {
        using var folder = new TempFolder();
        ImmutableArray<string> paths = [folder.Write("top/b/x", [1]), folder.Write("top/a", [2])];
        paths = [Path.GetDirectoryName(paths[0])!, paths[1]];
        TestInfo.PathsOf(await BuildAsync(new() { Paths = paths })).Should().Equal("top/a", "top/b/x");
        TestInfo.PathsOf(await BuildAsync(new() { Paths = paths, Name = "n" })).Should().Equal("n/a", "n/b/x");
    }

    [Fact]
    public async Task Several_paths_of_different_folders_need_a_name()
    {
        using var folder = new TempFolder();
        ImmutableArray<string> paths = [folder.Write("x/a", [1]), folder.Write("y/b", [2])];
        await ShouldFailAsync(new() { Paths = paths }, "*give the torrent a name");
        TestInfo.PathsOf(await BuildAsync(new() { Paths = paths, Name = "n" })).Should().Equal("n/a", "n/b");
        await ShouldFailAsync(new() { Paths = [paths[0], folder.Write("y/a", [2])], Name = "n" }, "*twice");
    }

    [Fact]
    public async Task Nothing_to_describe_is_said_clearly()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["empty"]);
        folder.Write("zeros/a", []);
        await ShouldFailAsync(new() { Paths = [folder["empty"]] }, $"{folder["empty"]}: it contains no files,*(at least one file *)");
        await ShouldFailAsync(new() { Paths = [folder["zeros"]] }, $"{folder["zeros"]}: all files (1) are 0 bytes long,*(at least one file *)");
        await ShouldFailAsync(new() { Paths = [folder["zeros/a"]] }, $"{folder["zeros/a"]}: it is 0 bytes long,*(at least one file *)");
        await ShouldFailAsync(new() { Paths = [] }, "no file or folder*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8192)]
    [InlineData(20_000)]
    [InlineData(int.MinValue)]
    public async Task A_piece_length_that_cannot_be_is_refused(int pieceLength)
    {
        using var folder = new TempFolder();
        await ShouldFailAsync(new() { Paths = [folder.Write("a", [1])], PieceLength = pieceLength }, "*power of two*");
    }

    [Theory]
    [InlineData("", "\"\": cannot be the name of a torrent: it is empty")]
    [InlineData("..", "..: cannot be the name of a torrent: it refers to a folder")]
    [InlineData("a/b", "a/b: cannot be the name of a torrent: it contains a '/', which separates folders")]
    [InlineData("a\\b", "a\\b: cannot be the name of a torrent: it contains a '\\', which separates folders on Windows")]
    public async Task A_name_that_is_a_path_is_refused(string name, string message)
    {
        using var folder = new TempFolder();
        await ShouldFailAsync(new() { Paths = [folder.Write("a", [1])], Name = name }, message.Replace("\\", "*", StringComparison.Ordinal));
    }

    [Fact]
    public async Task State_folders_are_left_out()
    {
        using var folder = new TempFolder();
        folder.Write("top/a", [1]);
        folder.Write("top/.a.pieces/state", [2]);
        TestInfo.PathsOf(await BuildAsync(new() { Paths = [folder["top"]] })).Should().Equal("top/a");
    }

    [Fact]
    public async Task Links_to_files_are_followed_and_circles_are_not()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege on Windows");
        using var folder = new TempFolder();
        folder.Write("outside/x", [1, 2, 3]);
        folder.Write("top/sub/a", [4]);
        File.CreateSymbolicLink(folder["top/link"], folder["outside/x"]);
        Directory.CreateSymbolicLink(folder["top/linked"], folder["outside"]);
        Directory.CreateSymbolicLink(folder["top/sub/up"], "..");
        Directory.CreateSymbolicLink(folder["outside/back"], folder["top/sub"]);
        Metainfo metainfo = await BuildAsync(new() { Paths = [folder["top"]] });
        TestInfo.PathsOf(metainfo).Should().Equal("top/link", "top/linked/back/a", "top/linked/x", "top/sub/a");
        metainfo.Files[0].Length.Should().Be(3);
    }

    [Fact]
    public async Task Progress_ends_at_all_bytes()
    {
        using var folder = new TempFolder();
        var progress = new Maximum();
        await MetainfoBuilder.BuildAsync(
            new() { Paths = [folder.Write("a", Content(1, 3_000_000))] }, progress, TestContext.Current.CancellationToken);
        progress.Value.Should().Be(3_000_000);
    }

    [Fact]
    public async Task Can_be_cancelled()
    {
        using var folder = new TempFolder();
        using var stop = new CancellationTokenSource();
        string path = folder.Write("a", Content(1, 3_000_000));
        Func<Task> build = () => MetainfoBuilder.BuildAsync(new() { Paths = [path] }, new Stopper(stop), stop.Token);
        await build.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_read_is_refused()
    {
        using var folder = new TempFolder();
        string path = folder.Write("a", [1, 2, 3]);
        var file = new SourceFile(path, [], Length: 4);
        Func<Task> hash = () => new ContentHasher([file], new PieceLayout(4, 16384), null).RunAsync(TestContext.Current.CancellationToken);
        await hash.Should().ThrowAsync<MetainfoException>().WithMessage("*has changed*");
    }

    [Theory]
    [InlineData(1L, 16 * 1024)]
    [InlineData(2000L * 16 * 1024, 16 * 1024)]
    [InlineData(1L << 30, 1024 * 1024)]
    [InlineData(1L << 45, 16 * 1024 * 1024)]
    public void The_piece_length_follows_the_size(long total, int expected) => MetainfoBuilder.DefaultPieceLength(total).Should().Be(expected);

    private static Task<byte[]> BytesAsync(MetainfoBuilderOptions options) =>
        MetainfoBuilder.BuildAsync(options, cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<Metainfo> BuildAsync(MetainfoBuilderOptions options) =>
        MetainfoParser.Parse(await BytesAsync(options), PathRules.Posix);

    private static async Task ShouldFailAsync(MetainfoBuilderOptions options, string message)
    {
        Func<Task> build = () => BytesAsync(options);
        await build.Should().ThrowAsync<MetainfoException>().WithMessage(message);
    }

    private static byte[] Content(int seed, int length)
    {
        byte[] content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    private static void ShouldHash(Metainfo metainfo, byte[] content)
    {
        metainfo.TotalLength.Should().Be(content.Length);
        for (int i = 0; i < metainfo.Layout.PieceCount; i++)
        {
            PieceIndex piece = metainfo.Layout.Piece(i);
            ReadOnlySpan<byte> bytes = content.AsSpan((int)metainfo.Layout.OffsetOf(piece), metainfo.Layout.LengthOf(piece));
            Sha1Digest.Of(bytes).Matches(metainfo.HashOf(piece)).Should().BeTrue("piece {0}", i);
        }
    }

    private sealed class Maximum : IProgress<long>
    {
        private long _value;

        public long Value => Interlocked.Read(ref _value);

        public void Report(long value)
        {
            long seen;
            do
                seen = Interlocked.Read(ref _value);
            while (value > seen && Interlocked.CompareExchange(ref _value, value, seen) != seen);
        }
    }

    private sealed class Stopper : IProgress<long>
    {
        private readonly CancellationTokenSource _stop;

        public Stopper(CancellationTokenSource stop) => _stop = stop;

        public void Report(long value) => _stop.Cancel();
    }
}
