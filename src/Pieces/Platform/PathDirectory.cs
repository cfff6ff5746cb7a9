using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>
/// A directory that every call resolves by its path: the working directory, and all directories on systems without a better method.
/// </summary>
internal sealed class PathDirectory : DirectoryHandle
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly RuntimeFileSystem _system;

    public PathDirectory(RuntimeFileSystem system, string path)
        : base(system, path) => _system = system;

    /// <inheritdoc/>
    public override void Create() => Directory.CreateDirectory(Path);

    /// <inheritdoc/>
    public override FileStat Stat(string name) => _system.Stat(PathOf(name));

    /// <inheritdoc/>
    public override SafeFileHandle Open(string name, FileOpening opening) =>
        File.OpenHandle(PathOf(name), opening.Mode, opening.Access, opening.Share, FileOptions.None, opening.Room);

    /// <inheritdoc/>
    public override SafeFileHandle? TryLock(string name, out bool isKept)
    {
        // The runtime does not report that a file system has no locks.
        isKept = true;
        try
        {
            return File.OpenHandle(PathOf(name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (SystemErrors.IsSharingViolation(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override bool IsLocked(string name)
    {
        try
        {
            File.OpenHandle(PathOf(name)).Dispose();
            return false;
        }
        catch (IOException e) when (SystemErrors.IsSharingViolation(e))
        {
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override void Rename(string from, string to, bool overwrite) => File.Move(PathOf(from), PathOf(to), overwrite);

    /// <inheritdoc/>
    public override void Delete(string name) => File.Delete(PathOf(name));

    /// <inheritdoc/>
    public override void CreateDirectory(string name, bool isPrivate)
    {
        if (isPrivate && !OperatingSystem.IsWindows())
            Directory.CreateDirectory(PathOf(name), OwnerOnly);
        else
            Directory.CreateDirectory(PathOf(name));
    }

    /// <inheritdoc/>
    public override void MakePrivate(string name)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PathOf(name), OwnerOnly);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> List(string name) =>
        [.. Directory.EnumerateFileSystemEntries(PathOf(name)).Select(path => System.IO.Path.GetFileName(path))];

    /// <inheritdoc/>
    public override void DeleteDirectory(string name) => Directory.Delete(PathOf(name));

    /// <inheritdoc/>
    public override void FlushDirectory(string name) => _system.FlushDirectory(PathOf(name));

    /// <inheritdoc/>
    public override bool TryFlushFileSystem() => _system.TryFlushFileSystem(Path);

    /// <inheritdoc/>
    public override void Dispose()
    {
        // There is no open handle.
    }

    private string PathOf(string name) => At(name).FullPath;
}
