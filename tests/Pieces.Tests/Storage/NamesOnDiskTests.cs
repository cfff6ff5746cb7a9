using System.Security.Cryptography;
using Pieces.Metadata;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;
using Pieces.Tests.Bencode;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

/// <summary>Data with other names than this program would choose, as on the machine on which the torrent was created.</summary>
[Trait("Tier", "Pure")]
public sealed class NamesOnDiskTests : IDisposable
{
    private const string RawName = "al\u001b[31mbum\\x";
    private const string SafeName = "al_[31mbum_x";

    private static readonly TestTorrent Torrent = TestTorrent.OfFiles(RawName, count: 3, lengthOfEach: 50_000, pieceLength: 16 * 1024);

    private static readonly TestTorrent Any = new("a", 1, 16 * 1024);

    private readonly TempFolder _folder = new();

    public NamesOnDiskTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no file can be called so there");
        Torrent.WriteContent(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_found_under_the_names_that_the_torrent_gives_it()
    {
        DataCheckResult result = await VerifyAsync();
        result.IsGood.Should().BeTrue();
        result.Files.Select(file => file.File.RelativePath).Should().Equal(Torrent.Metainfo.Files.Select(file => file.RelativePath));
        result.Files[0].Path.Should().Be(_folder[RawName + "/file-0000.bin"]);
    }

    [Fact]
    public async Task A_safe_name_goes_first()
    {
        Directory.CreateDirectory(_folder[SafeName]);
        File.WriteAllText(_folder[SafeName + "/file-0001.bin"], "something else");
        DataCheckResult result = await VerifyAsync();
        result.Files.Select(file => file.IsGood).Should().Equal(false, false, false);
        result.Files[1].Path.Should().Be(_folder[SafeName + "/file-0001.bin"]);
        result.BadPieces.Should().Equal(3, 4, 5, 6);
    }

    [Fact]
    public async Task An_unfinished_file_of_a_safe_name_goes_first_too()
    {
        Directory.CreateDirectory(_folder[SafeName]);
        File.Move(_folder[RawName + "/file-0001.bin"], _folder[SafeName + "/file-0001.bin.part"]);
        (await VerifyAsync()).IsGood.Should().BeTrue("each file is looked for by itself");
    }

    [Fact]
    public async Task A_link_of_the_user_is_followed_for_reading()
    {
        Directory.Move(_folder[RawName], _folder["elsewhere"]);
        Directory.CreateSymbolicLink(_folder[SafeName], _folder["elsewhere"]);
        (await VerifyAsync()).IsGood.Should().BeTrue();
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_is_said()
    {
        Directory.Move(_folder[RawName], _folder[SafeName]);
        File.Move(_folder[SafeName + "/file-0001.bin"], _folder["moved"]);
        File.CreateSymbolicLink(_folder[SafeName + "/file-0001.bin"], _folder["elsewhere"]);
        DataCheckResult result = await VerifyAsync();
        result.Files.Select(file => file.Exists).Should().Equal(true, false, true);
        result.Warnings.Should().ContainSingle().Which.Should().Contain("file-0001.bin").And.Contain("symbolic link");
    }

    [Fact]
    public async Task A_link_to_one_file_is_followed()
    {
        Directory.Move(_folder[RawName], _folder[SafeName]);
        File.Move(_folder[SafeName + "/file-0001.bin"], _folder["moved"]);
        File.CreateSymbolicLink(_folder[SafeName + "/file-0001.bin"], "../moved");
        (await VerifyAsync()).IsGood.Should().BeTrue();
    }

    [Theory]
    [InlineData("..", "secret")]
    [InlineData("..", "..", "secret")]
    [InlineData("../secret")]
    [InlineData("../../secret")]
    public async Task Nothing_outside_the_torrents_own_folder_is_looked_at(params string[] hostile)
    {
        byte[] secret = "what nobody is to find"u8.ToArray();
        _folder.Write("secret", secret);
        _folder.Write("data/secret", secret);
        Directory.CreateDirectory(_folder["data/top"]);
        Dict file = new() { ["length"] = secret.LongLength, ["path"] = hostile.ToList<object>() };
#pragma warning disable CA5350 // BEP 3 has SHA-1.
        Dict info = TestInfo.With(TestInfo.FilesInfo("top", file), "pieces", SHA1.HashData(secret));
#pragma warning restore CA5350
        var metainfo = MetainfoParser.Parse(TestInfo.Bytes(info));
        DataCheckResult result = await DataVerifier.RunAsync(metainfo, _folder["data"], null, TestContext.Current.CancellationToken);
        result.GoodPieces.Should().Be(0);
    }

    [Fact]
    public async Task It_is_served_from_there_and_nothing_is_renamed()
    {
        await using var bench = new StorageHarness();
        Torrent.WriteContent(bench.Folder);
        (_, StorageOpenResult opening) = await bench.OpenAsync(Any, o => o with { Metainfo = Torrent.Metainfo, ReadOnly = true });
        opening.Have.IsFull.Should().BeTrue();
        Directory.GetDirectories(bench.Folder).Should().Equal(Path.Combine(bench.Folder, RawName));
    }

    [Fact]
    public async Task A_download_uses_it_where_it_is()
    {
        await using var bench = new StorageHarness();
        Torrent.WriteContent(bench.Folder);
        (_, StorageOpenResult opening) = await bench.OpenAsync(Any, o => o with { Metainfo = Torrent.Metainfo });
        opening.Have.IsFull.Should().BeTrue();
        Directory.GetDirectories(bench.Folder).Should().Equal(Path.Combine(bench.Folder, RawName));
    }

    private Task<DataCheckResult> VerifyAsync() =>
        DataVerifier.RunAsync(Torrent.Metainfo, _folder.Path, null, TestContext.Current.CancellationToken);
}
