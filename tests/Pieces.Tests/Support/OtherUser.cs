using System.Diagnostics;
using System.Globalization;

namespace Pieces.Tests.Support;

/// <summary>
/// Other users of this machine. A test that runs as root starts programs and creates files as such a user. The test is skipped if it does not run as
/// root.
/// </summary>
internal sealed class OtherUser
{
    /// <summary>A user who tries to access the files of the victim.</summary>
    public static OtherUser Attacker { get; } = new(64_001);

    /// <summary>A user who runs the program.</summary>
    public static OtherUser Victim { get; } = new(64_002);

    /// <summary>
    /// A user whose number of threads is limited. Only one test uses this user, because the limit counts the threads of all its programs.
    /// </summary>
    public static OtherUser Threads { get; } = new(64_003);

    private readonly int _id;

    private OtherUser(int id) => _id = id;

    /// <summary>Arguments to prepend to a command so that it runs as this user.</summary>
    public string[] Prefix => ["setpriv", $"--reuid={Id}", $"--regid={Id}", "--clear-groups"];

    private string Id => _id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Skips the test if it cannot act as another user.</summary>
    public static void Require()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Skip("only root on Linux can be several users");
        RealProcess.Find("setpriv");
    }

    /// <summary>Makes this user the owner of a file, or of a folder and everything in it.</summary>
    public void Own(string path) => Run("chown", "-hR", $"{Id}:{Id}", path);

    /// <summary>Runs a shell command as this user.</summary>
    public void Do(string command) => Run("setpriv", [.. Prefix[1..], "sh", "-c", command]);

    /// <summary>Whether this user can run a program.</summary>
    public bool CanRun(string program)
    {
        using var process = Process.Start(new ProcessStartInfo("setpriv", [.. Prefix[1..], "test", "-x", program]))!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, "{0} {1}: {2}", program, string.Join(' ', arguments), errors);
    }
}
