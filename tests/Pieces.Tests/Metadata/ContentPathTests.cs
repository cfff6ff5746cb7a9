using System.Collections.Immutable;
using System.Net.Sockets;
using Pieces.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Metadata;

[Trait("Tier", "Loopback")]
public class ContentPathTests
{
    [Fact]
    public async Task A_path_that_is_not_there_is_a_file_error_and_comes_before_everything_else()
    {
        using var folder = new TempFolder();
        string there = folder.Write("x/a", [1]), missing = folder["missing"];
        await ShouldThrowAsync<FileNotFoundException>([missing], $"{missing}: no such file or folder");
        await ShouldThrowAsync<FileNotFoundException>([there, missing], $"{missing}: no such file or folder");
        await ShouldThrowAsync<FileNotFoundException>([""], "\"\": no such file or folder");
    }

    [Fact]
    public async Task A_path_is_called_as_the_caller_wrote_it()
    {
        string relative = Path.Join("no-such-folder", "..", "no-such-file");
        await ShouldThrowAsync<FileNotFoundException>([relative + Path.DirectorySeparatorChar], $"{relative}: no such file or folder");
    }

    [Fact]
    public async Task A_link_to_nothing_is_refused_with_a_remedy_that_destroys_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege on Windows");
        using var folder = new TempFolder();
        folder.Write("top/a", [1]);
        string link = folder["top/link"];
        File.CreateSymbolicLink(link, "missing");
        await ShouldThrowAsync<FileNotFoundException>(
            [folder["top"]], $"{link}: is a link to missing, which does not exist (fix the link or move it out of the folder)");
        await ShouldThrowAsync<FileNotFoundException>([link], $"{link}: is a link to missing, which does not exist (fix the link)");
    }

    [Fact]
    public async Task Links_that_lead_in_a_circle_cannot_be_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege on Windows");
        using var folder = new TempFolder();
        File.CreateSymbolicLink(folder["a"], "b");
        File.CreateSymbolicLink(folder["b"], "a");
        Func<Task> build = () => MetainfoBuilder.BuildAsync(
            new() { Paths = [folder["a"]] }, cancellationToken: TestContext.Current.CancellationToken);
        await build.Should().ThrowAsync<IOException>().WithMessage($"{folder["a"]}: cannot be read: too many *");
    }

    [Fact]
    public async Task A_pipe_a_socket_and_a_device_are_refused_by_name_and_never_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems do not tell");
        using var folder = new TempFolder();
        folder.Write("top/a", [1]);
        string pipe = folder["top/pipe"], socket = folder["socket"], link = folder["link"];
        (await ShellRun.RunAsync("mkfifo", [pipe])).ExitCode.Should().Be(0);
        await ShouldThrowAsync<IOException>([pipe], $"{pipe}: is a named pipe, not a regular file or folder");
        await ShouldThrowAsync<IOException>([folder["top"]], $"{pipe}: is a named pipe, not a regular file or folder (move it out of the folder)");
        File.CreateSymbolicLink(link, pipe);
        await ShouldThrowAsync<IOException>([link], $"{link}: is a named pipe, not a regular file or folder");

        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socket));
        await ShouldThrowAsync<IOException>([folder["top/a"], socket], $"{socket}: is a socket, not a regular file or folder");
        await ShouldThrowAsync<IOException>(["/dev/null"], "/dev/null: is a device, not a regular file or folder");
    }

    [Fact]
    public async Task A_name_that_its_path_gives_and_that_cannot_be_is_said_with_the_character()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no name has it on Windows");
        using var folder = new TempFolder();
        string path = folder.Write("back\\slash", [1]);
        await ShouldThrowAsync<MetainfoException>(
            [path], "back\\slash: cannot be the name of a torrent: it contains a '\\', which separates folders on Windows (give the torrent a name)");
        await MetainfoBuilder.BuildAsync(new() { Paths = [path], Name = "slash" }, cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public void What_the_system_refuses_keeps_its_class_and_loses_its_words()
    {
        var cause = new UnauthorizedAccessException("Access to the path '/home/x/unr/secret' is denied.");
        ContentErrors.Unreadable("unr/secret", cause).Should().BeOfType<UnauthorizedAccessException>()
            .Which.Message.Should().Be("unr/secret: cannot be read: permission denied (you need read permission)");
        ContentErrors.Unreadable("x", new DirectoryNotFoundException()).Should().BeOfType<FileNotFoundException>()
            .Which.Message.Should().Be("x: no such file or folder");
    }

    [Fact]
    public void Another_fault_of_the_disk_is_said_in_the_words_of_the_system()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the numbers are Linux's");
        ContentErrors.Unreadable("x", new IOException("Input/output error : '/home/x'", 5)).Should().BeOfType<IOException>()
            .Which.Message.Should().Be("x: cannot be read: input/output error");
    }

    private static async Task ShouldThrowAsync<T>(ImmutableArray<string> paths, string message)
        where T : Exception
    {
        Func<Task> build = () => MetainfoBuilder.BuildAsync(new() { Paths = paths }, cancellationToken: TestContext.Current.CancellationToken);
        (await build.Should().ThrowAsync<T>()).Which.Message.Should().Be(message);
    }
}
