using System.IO.Compression;
using System.Text;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>Sources that users may give by mistake: files of another type, lists, and URLs of servers that send damaged data.</summary>
[Trait("Tier", "Loopback")]
public sealed class SourceProcessTests : IDisposable
{
    private const string Hash = "0123456789abcdef0123456789abcdef01234567";

    private static readonly TestTorrent Torrent = new("film.bin", 64 * 1024, 16 * 1024);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_torrent_that_is_compressed_with_gzip_is_read()
    {
        string path = _folder.Write("film.torrent", Packed(Torrent.TorrentBytes));
        PiecesResult result = await PiecesProcess.RunAsync("show", path);
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().Contain(Torrent.Metainfo.InfoHash.ToString());
    }

    [Fact]
    public async Task Gzip_that_is_damaged_or_unpacks_to_too_much_is_one_line()
    {
        byte[] packed = Packed(Torrent.TorrentBytes);
        packed.AsSpan(10, 20).Fill(0xFF);
        await ShouldSayAsync(_folder.Write("bad.torrent", packed), 4, "it is data compressed with gzip, and damaged (get it again)");
        await ShouldSayAsync(
            _folder.Write("bomb.torrent", Packed(new byte[65 * 1024 * 1024])), 4, "over the limit of 67108864 bytes for a torrent from this source");
    }

    [Fact]
    public async Task A_server_that_sends_damaged_gzip_is_one_line_and_no_bug()
    {
        await using ScriptedHttpServer server = ScriptedHttpServer.Answering("200 OK", "no gzip at all"u8.ToArray(), "Content-Encoding: gzip\r\n");
        PiecesResult result = await PiecesProcess.RunAsync("show", server.Url("/film.torrent").ToString());
        result.ExitCode.Should().Be(3, result.StandardError);
        result.StandardError.Should().MatchRegex("^pieces: [^\n]*\n$").And.NotContain("this is a bug");
    }

    [Theory]
    [InlineData(
        "magnet:?xt=urn:btih:" + Hash + "\n", "it contains a magnet link, not a torrent (give the link itself, or this file with -i to download)")]
    [InlineData("<!DOCTYPE html><title>Log in</title>", "it is a web page (HTML), not a torrent (a server may")]
    [InlineData("", "it is empty (get the .torrent again")]
    public async Task A_file_of_another_type_is_named_for_what_it_is(string text, string says) =>
        await ShouldSayAsync(_folder.Write("x.torrent", Encoding.UTF8.GetBytes(text)), 4, says);

    [Fact]
    public async Task A_folder_is_named_for_what_it_is() => await ShouldSayAsync(_folder.Path, 3, "it is a folder, not a .torrent file (");

    [Theory]
    [InlineData("<html></html>", "is a web page (HTML), not a list of sources")]
    [InlineData("PK\u0003\u0004", "is a zip archive, not a list of sources")]
    public async Task A_list_of_another_type_is_named_for_what_it_is(string text, string says)
    {
        string list = _folder.Write("list", Encoding.Latin1.GetBytes(text));
        PiecesResult result = await PiecesProcess.RunAsync("download", "-n", "-i", list);
        result.ExitCode.Should().Be(2);
        result.StandardError.Should().StartWith($"pieces: --input {list}: {says}");
    }

    [Fact]
    public async Task A_failure_of_a_list_names_the_line()
    {
        string list = _folder.Write("list", "# mine\n\nmagnet:?xt=urn:btih:zz\n"u8.ToArray());
        PiecesResult result = await PiecesProcess.RunAsync("download", "-n", "-i", list);
        result.ExitCode.Should().Be(4);
        result.StandardError.Should().EndWith($"(line 3 of {list})\n");
    }

    [Theory]
    [InlineData("magnet:?xt=urn:btih:" + Hash + "\n")]
    [InlineData(" \"magnet:?xt=urn:btih:" + Hash + "&dn=a\" ")]
    [InlineData("urn:btih:" + Hash)]
    [InlineData(Hash + "/#x")]
    public async Task A_link_is_read_in_its_decoration(string text)
    {
        PiecesResult result = await PiecesProcess.RunAsync("download", "-n", text);
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().Contain(Hash);
    }

    [Fact]
    public async Task An_odd_value_of_no_importance_is_told_with_v_alone()
    {
        byte[] odd = [.. "d13:creation datei01500000000e"u8, .. Torrent.TorrentBytes.AsSpan(1)];
        string path = _folder.Write("odd.torrent", odd);
        PiecesResult quiet = await PiecesProcess.RunAsync("show", path), loud = await PiecesProcess.RunAsync("show", path, "-v");
        quiet.Should().BeEquivalentTo(new { ExitCode = 0, StandardError = "" });
        loud.StandardError.Should().Contain("leading zero");
    }

    [Fact]
    public async Task An_interface_of_the_configuration_that_is_down_is_no_obstacle_to_local_work()
    {
        string torrent = Torrent.WriteTorrent(_folder.Path);
        Torrent.WriteContent(_folder.Path);
        _folder.Write("pieces/config", "interface=nosuch0\n"u8.ToArray());
        var environment = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = _folder.Path };
        string[][] local = [["show", torrent], ["verify", torrent, "--data", _folder.Path], ["magnet", torrent]];
        string[][] remote =
        [
            ["show", "http://127.0.0.1:1/x.torrent"],
            ["verify", "http://127.0.0.1:1/x.torrent"],
            ["magnet", "magnet:?xt=urn:btih:" + Hash],
            ["download", torrent]
        ];
        foreach (string[] command in local)
            (await RunAsync(command, environment)).ExitCode.Should().Be(0, string.Join(' ', command));
        foreach (string[] command in remote)
            (await RunAsync(command, environment)).ExitCode.Should().Be(15, string.Join(' ', command));
    }

    private static async Task<PiecesResult> RunAsync(string[] command, Dictionary<string, string> environment)
    {
        await using PiecesProcess process = PiecesProcess.Start(command, environment: environment);
        return await process.WaitAsync();
    }

    private static async Task ShouldSayAsync(string path, int code, string says)
    {
        PiecesResult result = await PiecesProcess.RunAsync("show", path);
        result.ExitCode.Should().Be(code);
        result.StandardError.Should().StartWith($"pieces: {path}: {says}").And.MatchRegex("^[^\n]*\n$");
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}
