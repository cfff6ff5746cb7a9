using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>Messages of <c>create</c> and <c>share</c> about paths from which no torrent can be created.</summary>
[Trait("Tier", "Loopback")]
public class DescribeProcessTests
{
    private const string BackslashFault =
        "back\\slash: cannot be the name of a torrent: it contains a '\\', which separates folders on Windows (use --name)";

    // Root can read every file, so the program runs without the capabilities that permit this.
    private static string? WithoutPrivilege => Environment.IsPrivilegedProcess
        ? "set -- setpriv --bounding-set=-dac_override,-dac_read_search \"$@\""
        : null;

    [Theory]
    [InlineData("share", "unr")]
    [InlineData("share", "unr/secret")]
    [InlineData("create", "unr")]
    public async Task What_may_not_be_read_is_said_by_its_path_and_is_not_found(string command, string path)
    {
        using TempFolder folder = Unreadable();
        PiecesResult result = await RunAsync(folder, WithoutPrivilege, command, path);
        result.StandardError.Should().EndWith(
            "pieces: unr/secret: cannot be read: permission denied (you need read permission)\n");
        result.StandardOutput.Should().BeEmpty();
        result.ExitCode.Should().Be(3);
    }

    [Theory]
    [InlineData("share", 3, "nope: no such file or folder", "nope")]
    [InlineData("share", 3, "nope: no such file or folder", "d/file", "nope")]
    [InlineData("share", 3, "\"\": no such file or folder", "")]
    [InlineData(
        "share", 2, "d/empty: it contains no files, so there is nothing to describe (at least one file must not be empty)", "d/empty")]
    [InlineData("share", 2, "..: cannot be the name of a torrent: it refers to a folder", "d", "--name", "..")]
    [InlineData("share", 2, BackslashFault, "back\\slash")]
    [InlineData("share", 2, "the paths are in different folders; use --name", "d/file", "back\\slash")]
    [InlineData("create", 2, BackslashFault, "back\\slash")]
    public async Task What_is_wrong_with_a_path_is_all_that_is_said(string command, int code, string message, params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a backslash is no part of a name on Windows");
        using var folder = new TempFolder();
        folder.Write("d/file", [1]);
        folder.Write("back\\slash", [1]);
        Directory.CreateDirectory(folder["d/empty"]);
        PiecesResult result = await RunAsync(folder, null, [command, .. arguments]);
        result.StandardError.Should().Be($"pieces: {message}\n");
        result.StandardOutput.Should().BeEmpty();
        result.ExitCode.Should().Be(code);
    }

    private static TempFolder Unreadable()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess && !File.Exists("/usr/bin/setpriv"), "setpriv is needed to give up a right of root's");
        var folder = new TempFolder();
        string secret = folder.Write("unr/secret", [1]);
        if (OperatingSystem.IsWindows())
            Assert.Skip("the modes are those of Unix");
        else
            File.SetUnixFileMode(secret, UnixFileMode.None);
        return folder;
    }

    private static async Task<PiecesResult> RunAsync(TempFolder folder, string? shell, params string[] arguments)
    {
        await using PiecesProcess process = PiecesProcess.Start(arguments, workingDirectory: folder.Path, shell: shell);
        return await process.WaitAsync();
    }
}
