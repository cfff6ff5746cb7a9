using System.Diagnostics;
using System.Globalization;

namespace Pieces.Tests.Support;

/// <summary>
/// A separate network namespace with only a loopback interface, which a process keeps alive until this object is disposed. The test is skipped if the
/// user may not create one.
/// </summary>
internal sealed class NetworkSpace : IDisposable
{
    private readonly Process _holder;

    public NetworkSpace()
    {
        if (!OperatingSystem.IsLinux() || Run("unshare", "-n", "nsenter", "--version") != 0 || Run("ip", "-V") != 0)
            Assert.Skip("a network namespace can be made only by root on Linux, with unshare, nsenter and ip");
        var start = new ProcessStartInfo("unshare", ["-n", "sh", "-c", "ip link set lo up && echo ready && exec cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _holder = Process.Start(start)!;
        if (_holder.StandardOutput.ReadLine() != "ready")
            Assert.Skip("the network namespace has no loopback");
    }

    /// <summary>Shell commands that make the program run in this namespace.</summary>
    public string Shell => string.Create(CultureInfo.InvariantCulture, $"set -- nsenter -t {_holder.Id} -n \"$@\"");

    /// <summary>Arguments to prepend to a command so that it runs in this namespace.</summary>
    public IReadOnlyList<string> Prefix => ["nsenter", "-t", _holder.Id.ToString(CultureInfo.InvariantCulture), "-n"];

    /// <summary>Connects two namespaces by a pair of virtual interfaces. Both are called <c>v0</c>, and each gets an address.</summary>
    public void Join(NetworkSpace other, string mine, string theirs)
    {
        if (Ip("link", "add", "v0", "type", "veth", "peer", "name", "v1") != 0)
            Assert.Skip("this system knows no virtual cables");
        Ip("link", "set", "v1", "netns", other._holder.Id.ToString(CultureInfo.InvariantCulture)).Should().Be(0);
        other.Ip("link", "set", "v1", "name", "v0").Should().Be(0);
        Ip("addr", "add", mine, "dev", "v0").Should().Be(0);
        other.Ip("addr", "add", theirs, "dev", "v0").Should().Be(0);
        Ip("link", "set", "v0", "up").Should().Be(0);
        other.Ip("link", "set", "v0", "up").Should().Be(0);
    }

    /// <summary>Runs <c>ip</c> in this namespace and returns its exit code.</summary>
    public int Ip(params string[] arguments) =>
        Run("nsenter", ["-t", _holder.Id.ToString(CultureInfo.InvariantCulture), "-n", "ip", .. arguments]);

    public void Dispose()
    {
        _holder.Kill();
        _holder.WaitForExit();
        _holder.Dispose();
    }

    private static int Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
