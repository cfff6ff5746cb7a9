using System.Diagnostics;

namespace Pieces.Tests.Support;

/// <summary>A disk in a file, with a file system of its own, mounted for one test. The test is skipped where nobody may mount one.</summary>
internal sealed class DiskImage : IDisposable
{
    private readonly string _path;
    private readonly string _device;

    private DiskImage(string path, string device)
    {
        _path = path;
        _device = device;
    }

    /// <summary>Makes an exFAT disk and mounts it with the driver that runs as a process.</summary>
    public static DiskImage ExFat(string image, string path) => Mount(image, path, RealProcess.Find("mkfs.exfat"), RealProcess.Find("mount.exfat-fuse"));

    public void Dispose()
    {
        Run("umount", _path);
        Run("losetup", "-d", _device);
    }

    private static DiskImage Mount(string image, string path, string make, string mount)
    {
        const long Length = 64 * 1024 * 1024;
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !File.Exists("/dev/fuse"))
            Assert.Skip("a disk can be mounted only by root on Linux, with /dev/fuse");
        using (FileStream file = File.Create(image))
            file.SetLength(Length);
        Directory.CreateDirectory(path);
        if (Run(make, image) is not { Code: 0 } || Run("losetup", "-f", "--show", image) is not { Code: 0, Output: var device })
            throw new InvalidOperationException("no disk could be made");
        var disk = new DiskImage(path, device.Trim());
        if (Run(mount, disk._device, path).Code == 0)
            return disk;
        Run("losetup", "-d", disk._device);
        Assert.Skip("this system does not mount it");
        return disk;
    }

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        errors.Wait();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
