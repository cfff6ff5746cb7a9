using System.Text;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Tests.Bencode;
using static Pieces.Tests.Support.TestInfo;

namespace Pieces.Tests.Metadata;

[Trait("Tier", "Pure")]
public class MetainfoParserTests
{
    [Fact]
    public void Reads_a_torrent_of_one_file()
    {
        Metainfo metainfo = Parse(SingleInfo("file.bin", 40_000));
        metainfo.Name.Should().Be("file.bin");
        metainfo.IsMultiFile.Should().BeFalse();
        metainfo.TotalLength.Should().Be(40_000);
        metainfo.Layout.PieceCount.Should().Be(3);
        metainfo.HashOf(metainfo.Layout.Piece(2)).ToArray().Should().Equal(Enumerable.Repeat((byte)'h', 20));
        metainfo.Files.Should().ContainSingle().Which.RelativePath.Should().Be("file.bin");
        metainfo.Warnings.Should().BeEmpty();
    }

    [Fact]
    public void Reads_a_torrent_of_several_files_and_lays_them_end_to_end()
    {
        Metainfo metainfo = Parse(FilesInfo("top", FileOf("a/b", 100), FileOf("c", 0), FileOf("d", 50, "xh")));
        PathsOf(metainfo).Should().Equal("top/a/b", "top/c", "top/d");
        metainfo.Files.Select(file => file.Offset).Should().Equal(0, 100, 100);
        metainfo.Files[2].Attributes.Should().Be(Pieces.Metadata.TorrentFileAttributes.Executable | Pieces.Metadata.TorrentFileAttributes.Hidden);
        metainfo.IsMultiFile.Should().BeTrue();
        metainfo.TotalLength.Should().Be(150);
    }

    [Fact]
    public void A_list_of_one_file_is_still_a_folder() => PathsOf(Parse(MultiInfo("a"))).Should().Equal("top/a");

    [Fact]
    public void The_info_hash_is_of_the_bytes_as_they_stand()
    {
        byte[] torrent = Bencoded.Latin1($"d4:infod4:name1:a6:lengthi5e6:pieces20:{new string('h', 20)}12:piece lengthi16384eee");
        Metainfo metainfo = MetainfoParser.Parse(torrent);
        metainfo.InfoHash.ToString().Should().Be(Sha1Digest.Of(torrent.AsSpan()[7..^1]).ToString(), "the keys are not sorted, and stay so");
        metainfo.InfoBytes.ToArray().Should().Equal(torrent[7..^1]);
    }

    [Fact]
    public void The_info_hash_of_a_known_torrent_is_right()
    {
        byte[] digest = Convert.FromHexString("829ebc8c26bec74a579b7ddc4134752cb7bc9187");
        byte[] info = [.. "d6:lengthi425e4:name4:temp12:piece lengthi16384e6:pieces20:"u8, .. digest, .. "e"u8];
        info.Should().HaveCount(80);
        Metainfo metainfo = MetainfoParser.Parse((byte[])[.. "d4:info"u8, .. info, .. "e"u8]);
        metainfo.InfoHash.ToString().Should().Be("c0fda1edafdbdbb96443424e0b3899af7159d10e");
    }

    [Theory]
    [InlineData("piece length", "\"piece length\" is missing")]
    [InlineData("pieces", "\"pieces\" is missing")]
    [InlineData("name", "\"name\" is missing")]
    [InlineData("length", "neither \"length\" nor \"files\"")]
    public void Refuses_an_info_that_lacks_a_key(string key, string message)
    {
        Dict info = SingleInfo();
        info.Remove(key);
        ErrorOf(info).Should().Contain(message);
    }

    [Theory]
    [InlineData("piece length", 0L, "\"piece length\" is 0 bytes")]
    [InlineData("piece length", -16384L, "\"piece length\" is -16384 bytes")]
    [InlineData("piece length", PieceLayout.MaxPieceLength + 1L, "\"piece length\" is 1073741825 bytes")]
    [InlineData("piece length", long.MaxValue, "1 to 1073741824 are accepted")]
    [InlineData("piece length", "16384", "\"piece length\" is a string")]
    [InlineData("pieces", 20L, "\"pieces\" is an integer")]
    [InlineData("pieces", "12345678901234567890123456789012345678901", "\"pieces\" is 41 bytes long, not a multiple of 20")]
    [InlineData("pieces", "1234567890123456789012345678901234567890", "\"pieces\" has 2 hashes, but 40000 bytes in pieces of 16384 need 3")]
    [InlineData("pieces", "", "\"pieces\" has 0 hashes")]
    [InlineData("name", 1348L, "\"name\" is an integer")]
    [InlineData("length", -425L, "-425 bytes")]
    [InlineData("length", "9", "is a string, not an integer")]
    [InlineData("length", 0L, "0 bytes long")]
    [InlineData("length", 1_759_218_597_889L, "at most 16777216 are accepted")]
    [InlineData("length", long.MaxValue, "at most 16777216 are accepted")]
    [InlineData("files", "a", "\"files\" is a string")]
    [InlineData("attr", "p", "the only file is padding")]
    [InlineData("meta version", 3L, "\"meta version\" is 3")]
    [InlineData("meta version", "2", "\"meta version\" is a string")]
    public void Refuses_a_value_that_cannot_be(string key, object value, string message)
    {
        Dict info = SingleInfo();
        info[key] = value;
        ErrorOf(info).Should().Contain(message);
    }

    [Fact]
    public void Refuses_lengths_whose_sum_is_past_63_bits()
    {
        Dict info = MultiInfo("a", "b");
        info["files"] = new List<object> { FileOf("a", long.MaxValue), FileOf("b", 1) };
        ErrorOf(info).Should().Contain("2^63");
    }

    [Fact]
    public void Refuses_files_without_bytes_and_an_empty_list()
    {
        ErrorOf(FilesInfo("top", FileOf("a", 0), FileOf("b", 0))).Should().Contain("all files are 0 bytes long");
        ErrorOf(FilesInfo("top", FileOf("a", 0), FileOf("b", 5, "p"))).Should().Contain("all 5 bytes are padding");
        ErrorOf(FilesInfo("top", [])).Should().Contain("\"files\" is empty");
    }

    [Fact]
    public void Refuses_a_file_without_a_path_and_says_which()
    {
        Dict info = MultiInfo("a", "b");
        ((Dict)((List<object>)info["files"])[1]).Remove("path");
        ErrorOf(info).Should().Contain("\"path\" of file 2");
        Dict second = MultiInfo("a", "b");
        ((Dict)((List<object>)second["files"])[1])["path"] = new List<object> { "x", 1 };
        ErrorOf(second).Should().Contain("\"path\" of file 2");
        Dict third = MultiInfo("a", "b");
        ((Dict)((List<object>)third["files"])[1])["path"] = new List<object>();
        ErrorOf(third).Should().Contain("\"path\" of file 2");
    }

    [Theory]
    [InlineData("4:spam", "the file is a string")]
    [InlineData("de", "\"info\" is missing")]
    [InlineData("d4:infolee", "\"info\" is a list")]
    [InlineData("hello", "bencode, byte 0")]
    [InlineData("", "bencode, byte 0")]
    public void Refuses_what_is_no_torrent(string text, string message)
    {
        Action parse = () => MetainfoParser.Parse(Encoding.Latin1.GetBytes(text));
        parse.Should().Throw<MetainfoException>().WithMessage($"*{message}*");
    }

    [Fact]
    public void Refuses_a_v2_torrent_and_says_that_it_is_one() => ErrorOf(V2Info()).Should().Contain("BitTorrent v2");

    [Fact]
    public void Refuses_a_file_tree_that_nests_too_deep() =>
        ErrorOf(DeepV2Info(1000)).Should().Contain("over the limit of 100 nested lists and dictionaries");

    [Fact]
    public void Bytes_behind_the_torrent_are_ignored_with_a_warning()
    {
        byte[] torrent = [.. Bytes(SingleInfo()), .. "\r\n"u8];
        MetainfoParser.Parse(torrent).Warnings.Should().ContainSingle().Which.Should().Contain("2 bytes after the end");
    }

    [Fact]
    public void Padding_is_known_by_attribute_and_by_name()
    {
        Metainfo metainfo = Parse(FilesInfo(
            "top", FileOf("a", 1), FileOf(".pad/9", 9, "p"), FileOf("b", 1), FileOf("_____padding_file_0_x", 5), FileOf("c", 1),
            FileOf(".pad/5", 5)));
        PathsOf(metainfo).Should().Equal("top/a", "top/b", "top/c");
        metainfo.Files.Count(file => file.IsPadding).Should().Be(3);
        metainfo.TotalLength.Should().Be(22);
    }

    [Theory]
    [InlineData(".pad/notes.txt")]
    [InlineData("x/.pad/5")]
    [InlineData("padding_file_0")]
    public void A_file_that_only_resembles_padding_is_a_file(string path) =>
        Parse(MultiInfo("a", path)).Files[1].IsPadding.Should().BeFalse();

    [Fact]
    public void Padding_needs_no_path()
    {
        Dict pad = FileOf("x", 9, "p");
        pad.Remove("path");
        Metainfo metainfo = Parse(FilesInfo("top", FileOf("a", 1), pad));
        metainfo.Files[1].IsPadding.Should().BeTrue();
        metainfo.TotalLength.Should().Be(10);
    }

    [Fact]
    public void A_link_has_no_bytes_and_no_file()
    {
        Dict link = FileOf("l", 0, "l");
        link["symlink path"] = new List<object> { "..", "..", "etc", "passwd" };
        Metainfo metainfo = Parse(FilesInfo("top", FileOf("a"), link));
        PathsOf(metainfo).Should().Equal("top/a");
        link["length"] = 425L;
        Dict info = FilesInfo("top", FileOf("a"), link);
        Parse(info).TotalLength.Should().Be(100);
        link.Remove("length");
        Parse(info).TotalLength.Should().Be(100);
    }

    [Fact]
    public void Names_in_utf8_are_preferred_when_they_are_valid()
    {
        Dict file = FileOf("gbk");
        file["path.utf-8"] = new List<object> { "\u00C3\u00A9" };
        Dict bad = FileOf("plain");
        bad["path.utf-8"] = new List<object> { "\u00FF" };
        Dict info = FilesInfo("top", file, bad);
        info["name.utf-8"] = "\u00C3\u00A8";
        PathsOf(Parse(info)).Should().Equal("è/é", "è/plain");
    }

    [Fact]
    public void Reads_what_stands_beside_the_info()
    {
        Metainfo metainfo = Parse(SingleInfo(), new Dict
        {
            ["announce"] = "\t http://a/announce ",
            ["comment"] = "a\u00FFb",
            ["created by"] = "maker",
            ["creation date"] = 1_234_567L,
            ["nodes"] = new List<object>
            {
                new List<object> { "127.0.0.1", 6881 }, new List<object> { "::1", 1 }, new List<object> { "x", 0 }, new List<object> { "x" }, "x",
            },
            ["url-list"] = "http://w/a b",
        });
        metainfo.Trackers.Should().ContainSingle().Which.Should().Equal("http://a/announce");
        metainfo.Comment.Should().Be("a\uFFFDb");
        metainfo.CreatedBy.Should().Be("maker");
        metainfo.CreationDate.Should().Be(DateTimeOffset.FromUnixTimeSeconds(1_234_567));
        metainfo.Nodes.Should().Equal("127.0.0.1:6881", "[::1]:1");
        metainfo.WebSeeds.Should().Equal("http://w/a b");
        metainfo.IsPrivate.Should().BeFalse();
    }

    [Fact]
    public void Tiers_lose_white_space_empties_and_duplicates()
    {
        Metainfo metainfo = Parse(SingleInfo(), new Dict
        {
            ["announce"] = "http://unused",
            ["announce-list"] = new List<object>
            {
                new List<object> { " udp://a ", "", "udp://b", 5 }, new List<object>(), new List<object> { "udp://a", "  " }, "udp://c",
            },
        });
        metainfo.Trackers.Select(tier => string.Join(',', tier)).Should().Equal("udp://a,udp://b", "udp://c");
    }

    [Fact]
    public void An_announce_list_without_trackers_leaves_the_announce()
    {
        Metainfo metainfo = Parse(
            SingleInfo(), new Dict { ["announce"] = "udp://a", ["announce-list"] = new List<object> { new List<object> { "" } } });
        metainfo.Trackers.Should().ContainSingle().Which.Should().Equal("udp://a");
    }

    [Fact]
    public void Trackers_are_bounded_in_number_and_length()
    {
        List<object> tier = [.. Enumerable.Range(0, UrlReader.MaxUrls + 1).Select(i => (object)$"udp://{i}")];
        tier.Insert(0, "udp://" + new string('x', UrlReader.MaxUrlBytes - 6 + 1));
        Metainfo metainfo = Parse(SingleInfo(), new Dict { ["announce-list"] = new List<object> { tier } });
        metainfo.Trackers.Single().Should().HaveCount(UrlReader.MaxUrls).And.StartWith("udp://0");
        metainfo.Warnings.Should().HaveCount(2);
    }

    [Fact]
    public void A_tracker_with_control_characters_is_left_out() =>
        Parse(SingleInfo(), new Dict { ["announce"] = "http://a/\r\nHost: b" }).Trackers.Should().BeEmpty();

    [Theory]
    [InlineData(0L, false)]
    [InlineData(1L, true)]
    [InlineData(2L, true)]
    public void The_private_flag_is_read(long value, bool expected)
    {
        Dict info = SingleInfo();
        info["private"] = value;
        Parse(info).IsPrivate.Should().Be(expected);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_date_beyond_the_calendar_is_no_date(long seconds) =>
        Parse(SingleInfo(), new Dict { ["creation date"] = seconds }).CreationDate.Should().BeNull();

    [Fact]
    public async Task A_stream_without_a_length_is_read_to_its_end()
    {
        byte[] torrent = Bytes(SingleInfo(length: 400_000_000));
        torrent.Length.Should().BeGreaterThan(64 * 1024);
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream();
        using var reader = new System.IO.Pipes.AnonymousPipeClientStream(System.IO.Pipes.PipeDirection.In, pipe.ClientSafePipeHandle);
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Task<Metainfo> loading = Metainfo.ReadAsync(reader, cancellationToken);
        await pipe.WriteAsync(torrent, cancellationToken);
        pipe.Dispose();
        (await loading).TotalLength.Should().Be(400_000_000);
    }

    [Fact]
    public async Task A_file_that_is_too_long_is_refused_before_it_is_read()
    {
        string path = Path.GetTempFileName();
        try
        {
            await using (FileStream file = File.OpenWrite(path))
                file.SetLength(MetainfoParser.MaxFileLength + 1L);
            Func<Task> load = () => Metainfo.LoadAsync(path, TestContext.Current.CancellationToken);
            (await load.Should().ThrowAsync<MetainfoException>()).WithMessage("*over the limit of 536870912 bytes*");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_hundred_thousand_files_cost_little_memory()
    {
        byte[] torrent = Bytes(MultiInfo([.. Enumerable.Range(0, 100_000).Select(i => $"folder {i / 100}/sub/file {i}.bin")]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Metainfo metainfo = MetainfoParser.Parse(torrent);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        allocated.Should().BeLessThan(72 * 1024 * 1024, "that is all, and half of it is garbage at once");
        metainfo.Files.Should().HaveCount(100_000);
    }

    [Fact]
    public void A_damaged_torrent_gives_nothing_but_metainfo_exceptions()
    {
        var random = new Random(8);
        var outer = new Dict { ["announce-list"] = new List<object> { new List<object> { "udp://a" } }, ["piece layers"] = new Dict() };
        byte[][] sound = [Bytes(SingleInfo()), Bytes(MultiInfo("a/b", "a/c", "d.part", "d")), Bytes(HybridInfo(), outer), Bytes(V2Info())];
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] torrent = (byte[])sound[random.Next(sound.Length)].Clone();
            for (int n = random.Next(1, 4); n > 0; n--)
                torrent[random.Next(torrent.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"dlie:0123456789-./"[random.Next(18)];
            try
            {
                PathChecks.ShouldBeSafe(MetainfoParser.Parse(torrent, (PathRules)random.Next(3)), PathRules.Posix);
            }
            catch (MetainfoException)
            {
                refused++;
            }
        }

        refused.Should().BeInRange(1000, 19_900);
    }
}
