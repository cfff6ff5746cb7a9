using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pieces.Tests.Support;

/// <summary>
/// A disk in a file, with a file system of its own, mounted for one test. The test is skipped on a system that does not permit the mount.
/// </summary>
internal sealed class DiskImage : IDisposable
{
    // EXT4_IOC_SHUTDOWN of linux/ext4.h, and its flag to write nothing more, not even the journal.
    private const nuint ShutdownCall = 0x8004587D;
    private const int WithoutJournal = 2;
    // O_RDONLY and O_CLOEXEC: a program that another test starts at the same time must not inherit the descriptor, which would keep the disk busy.
    private const int ReadOnly = 0x80000;
    private const int MostAttempts = 100;

    private readonly string _path;
    private readonly string _device;
    private readonly string _mount;

    private DiskImage(string path, string device, string mount)
    {
        _path = path;
        _device = device;
        _mount = mount;
    }

    /// <summary>Creates an exFAT disk and mounts it with a FUSE driver.</summary>
    public static DiskImage ExFat(string image, string path)
    {
        if (!File.Exists("/dev/fuse"))
            Assert.Skip("the driver of exFAT needs /dev/fuse");
        return Make(image, path, 64, RealProcess.Find("mkfs.exfat"), [], RealProcess.Find("mount.exfat-fuse"));
    }

    /// <summary>Creates an ext4 disk, which can be detached while it is in use.</summary>
    public static DiskImage Ext4(string image, string path, int mebibytes) =>
        Make(image, path, mebibytes, RealProcess.Find("mkfs.ext4"), ["-q", "-F"], RealProcess.Find("mount"));

    /// <summary>Detaches the disk, as if its cable were pulled: nothing reaches it any more, and every call that uses it fails.</summary>
    public void Detach()
    {
        int flag = WithoutJournal;
        int folder = Open(_path, ReadOnly);
        Control(folder, ShutdownCall, ref flag).Should().Be(0, "the system detaches the disk");
        Close(folder).Should().Be(0);
    }

    /// <summary>Mounts the disk again. It contains the data that had reached it before it was detached.</summary>
    public void Attach()
    {
        Unmount(_path);
        Run(_mount, _device, _path).Code.Should().Be(0, "the system mounts the disk again");
    }

    /// <summary>Unmounts a disk. A process that a neighbour test has just started holds what it inherited until it runs its program.</summary>
    public static void Unmount(string path)
    {
        for (int attempt = 1; Run("umount", path).Code != 0; attempt++)
        {
            attempt.Should().BeLessThan(MostAttempts, "no process uses the disk");
            Thread.Sleep(100);
        }
    }

    public void Dispose()
    {
        Unmount(_path);
        Run("losetup", "-d", _device);
    }

    private static DiskImage Make(string image, string path, int mebibytes, string make, string[] flags, string mount)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Skip("a disk can be mounted only by root on Linux");
        using (FileStream file = File.Create(image))
            file.SetLength(mebibytes * 1024L * 1024);
        Directory.CreateDirectory(path);
        if (Run(make, [.. flags, image]) is not { Code: 0 } || Run("losetup", "-f", "--show", image) is not { Code: 0, Output: var device })
            throw new InvalidOperationException("no disk could be made");
        var disk = new DiskImage(path, device.Trim(), mount);
        if (Run(mount, disk._device, path).Code == 0)
            return disk;
        Run("losetup", "-d", disk._device);
        Assert.Skip("this system does not mount it");
        return disk;
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int file, nuint request, ref int value);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int file);

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
