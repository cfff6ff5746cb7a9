using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>
/// A directory that is opened once. Everything below it is opened relative to its descriptor, and no link is followed. When another user replaces a
/// directory or file by a link, the kernel refuses to open it.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxDirectory : DirectoryHandle
{
    private const int NoSuchEntry = 2;
    private const int Exists = 17;
    private const int NotADirectory = 20;
    private const int InvalidArgument = 22;
    private const int NotSupported = 95;
    private const int NoSuchCall = 38;
    private const int NoLocks = 37;
    private const int WouldBlock = 11;
    private const int SizeLimit = 27;
    private const int NoSpace = 28;
    private const int Quota = 122;
    private const int RemoveDirectory = 0x200;
    private const uint NoReplace = 1;
    private const int KeepSize = 1;
    private const int SharedLock = 1;
    private const int ExclusiveLock = 2;
    private const int DoNotBlock = 4;
    private const int EveryMode = 0x1B6; // 0666
    private const int OwnerMode = 0x180; // 0600
    private const int OwnerFolderMode = 0x1C0; // 0700

    // struct dirent on 64-bit Linux: the name follows the inode, the offset, the length and the type.
    private const int EntryNameOffset = 19;

    private readonly Lock _gate = new();
    private readonly LinuxFileSystem _system;
    private readonly LinuxFileSystemFlush _flush = new();
    private SafeFileHandle? _root;
    private bool _hasOwners = true;
    private bool _isDisposed;

    public LinuxDirectory(LinuxFileSystem system, string path)
        : base(system, path) => _system = system;

    /// <inheritdoc/>
    public override bool HasOwners => TryRoot() is null || _hasOwners;

    /// <inheritdoc/>
    public override void Create()
    {
        int error = LinuxFolders.Create(Path);
        if (TryRoot() is null)
            throw SystemErrors.Failure(Path, error is 0 or Exists ? NotADirectory : error);
    }

    /// <inheritdoc/>
    public override FileStat Stat(string name)
    {
        SafeFileHandle? root = TryRoot();
        if (root is null)
            return default;
        if (name.Length == 0)
            return Known(_system.Stat(root));
        using Parent parent = OpenParent(root, name);
        if (parent.Error is NoSuchEntry or NotADirectory)
            return default;
        if (parent.Error != 0)
            throw Failure(name, parent.Error);
        return Known(Look(parent, name));
    }

    /// <inheritdoc/>
    public override SafeFileHandle Open(string name, FileOpening opening)
    {
        int flags = opening.Access == FileAccess.Read ? LinuxResolution.ReadOnly : LinuxResolution.ReadWrite;
        flags |= opening.Mode switch
        {
            FileMode.Open => 0,
            FileMode.OpenOrCreate => LinuxResolution.MakeFile,
            FileMode.CreateNew => LinuxResolution.MakeFile | LinuxResolution.MustBeNew,
            _ => throw new ArgumentOutOfRangeException(nameof(opening), opening.Mode, "a file below a directory is never truncated by its opening"),
        };
        SafeFileHandle file = OpenFile(name, flags, opening.IsPrivate ? OwnerMode : EveryMode);
        try
        {
            if (opening.Room > 0)
                Reserve(file, name, opening.Room);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override SafeFileHandle? TryLock(string name, out bool isKept)
    {
        SafeFileHandle file = OpenFile(name, LinuxResolution.ReadWrite | LinuxResolution.MakeFile, OwnerMode);
        int error = Lock(file, ExclusiveLock);
        isKept = error == 0;
        if (error is 0 or NotSupported or NoSuchCall or NoLocks or InvalidArgument)
            return file;
        file.Dispose();
        return error == WouldBlock ? null : throw Failure(name, error);
    }

    /// <inheritdoc/>
    public override bool IsLocked(string name)
    {
        try
        {
            using SafeFileHandle file = OpenFile(name, LinuxResolution.ReadOnly, 0);
            return Lock(file, SharedLock) == WouldBlock;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override void Rename(string from, string to, bool overwrite)
    {
        SafeFileHandle root = Root();
        using Parent source = OpenParent(root, from), target = OpenParent(root, to);
        if (source.Error != 0)
            throw Failure(from, source.Error);
        if (target.Error != 0)
            throw Failure(to, target.Error);
        byte[] old = LibC.Terminated(source.Base), fresh = LibC.Terminated(target.Base);
        if (!overwrite)
        {
            int error = RenameToFree(source.Descriptor, old, target.Descriptor, fresh);
            if (error == 0)
                return;
            if (error is not (InvalidArgument or NotSupported) && !SystemErrors.IsCallRefused(error))
                throw Failure(to, error);

            // Some file systems and system call filters do not support a rename that replaces nothing. If the rename itself is not permitted, the
            // other call says so too.
            if (Look(target, to).Kind != FileKind.Missing)
                throw Failure(to, Exists);
        }

        if (LibC.RenameAt(source.Descriptor, old, target.Descriptor, fresh) != 0)
            throw Failure(to, Marshal.GetLastPInvokeError());
    }

    /// <inheritdoc/>
    public override void Delete(string name) => Remove(name, 0);

    /// <inheritdoc/>
    public override void CreateDirectory(string name, bool isPrivate)
    {
        SafeFileHandle root = Root();
        int mode = isPrivate ? OwnerFolderMode : LinuxFolders.EveryMode;
        for (int end = name.IndexOf('/'); ; end = name.IndexOf('/', end + 1))
        {
            string folder = end < 0 ? name : name[..end];
            using Parent parent = OpenParent(root, folder);
            if (parent.Error != 0)
                throw Failure(folder, parent.Error);
            if (LibC.MakeDirectoryAt(parent.Descriptor, LibC.Terminated(parent.Base), mode) != 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error != Exists || Look(parent, folder).Kind != FileKind.Folder)
                    throw Failure(folder, error);
            }

            if (end < 0)
                return;
        }
    }

    /// <inheritdoc/>
    public override void DeleteDirectory(string name) => Remove(name, RemoveDirectory);

    /// <inheritdoc/>
    public override void MakePrivate(string name)
    {
        using var folder = new SafeFileHandle(OpenBelow(name, LinuxResolution.Folder), ownsHandle: true);

        // Without file modes, the call fails or does nothing: the caller checks the result.
        _ = LibC.ChangeMode((int)folder.DangerousGetHandle(), OwnerFolderMode);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> List(string name)
    {
        int descriptor = OpenBelow(name, LinuxResolution.Folder);
        nint listing = LibC.OpenListing(descriptor);
        if (listing == 0)
        {
            int error = Marshal.GetLastPInvokeError();
            _ = LibC.Close(descriptor);
            throw Failure(name, error);
        }

        List<string> names = [];
        while (LibC.ReadListing(listing) is var entry && entry != 0)
        {
            if (Marshal.PtrToStringUTF8(entry + EntryNameOffset) is { } found and not ("." or ".."))
                names.Add(found);
        }

        _ = LibC.CloseListing(listing);
        return names;
    }

    /// <inheritdoc/>
    public override void FlushDirectory(string name)
    {
        using var folder = new SafeFileHandle(OpenBelow(name, LinuxResolution.Folder), ownsHandle: true);
        if (UnixFileSystem.FlushErrorOf(folder, LibC.FSync) is not 0 and var error)
            throw Failure(name, error);
    }

    /// <inheritdoc/>
    public override bool TryFlushFileSystem()
    {
        bool isFlushed = _flush.TryRun(
            () => new SafeFileHandle(OpenBelow(string.Empty, LinuxResolution.Folder), ownsHandle: true), out int error);
        return error == 0 ? isFlushed : throw Failure(string.Empty, error);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _root?.Dispose();
            _flush.Dispose();
        }
    }

    private static int RenameToFree(int fromDirectory, byte[] from, int toDirectory, byte[] to)
    {
        try
        {
            return LibC.RenameAt2(fromDirectory, from, toDirectory, to, NoReplace) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        catch (EntryPointNotFoundException)
        {
            return NoSuchCall;
        }
    }

    private static int Lock(SafeFileHandle file, int operation)
    {
        int error = LibC.LockFile((int)file.DangerousGetHandle(), operation | DoNotBlock) == 0 ? 0 : Marshal.GetLastPInvokeError();
        GC.KeepAlive(file);
        return error;
    }

    private FileStat Look(Parent parent, string name)
    {
        int error = _system.Look(parent.Descriptor, parent.Base, out FileStat facts);
        return error == 0 ? facts : throw Failure(name, error);
    }

    // Without owners, the reported owner and permissions are invented by the file system.
    private FileStat Known(FileStat facts) => _hasOwners ? facts : facts with { Trust = FileTrust.Unknown, Mode = 0 };

    private string FullPath(string name) => At(name).FullPath;

    private Exception Failure(string name, int error) => SystemErrors.Failure(FullPath(name), error);

    private SafeFileHandle Root() => TryRoot() ?? throw Failure(string.Empty, NoSuchEntry);

    // Null while the directory does not exist.
    private SafeFileHandle? TryRoot()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_root is not null)
                return _root;
            int descriptor = LinuxResolution.OpenAsTyped(Path);
            if (descriptor >= 0)
            {
                _root = new SafeFileHandle(descriptor, ownsHandle: true);
                _hasOwners = LinuxFileSystem.HasOwners(_root);
                return _root;
            }

            return -descriptor is NoSuchEntry or NotADirectory ? null : throw SystemErrors.Failure(Path, -descriptor);
        }
    }

    private int OpenBelow(string name, int flags, int mode = 0)
    {
        SafeFileHandle root = Root();
        int descriptor = LinuxResolution.OpenBelow((int)root.DangerousGetHandle(), name, flags, mode);
        GC.KeepAlive(root);
        return descriptor >= 0 ? descriptor : throw Failure(name, -descriptor);
    }

    // A pipe or a device may have replaced a file that was examined before: opening it could block or have side effects.
    private SafeFileHandle OpenFile(string name, int flags, int mode)
    {
        flags |= LinuxResolution.DoNotWait | LinuxResolution.NotTerminal;
        var file = new SafeFileHandle(OpenBelow(name, flags, mode), ownsHandle: true);
        try
        {
            return _system.Stat(file).IsFile ? file : throw new IOException($"{FullPath(name)}: it is not a regular file");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Reserve(SafeFileHandle file, string name, long room)
    {
        int error = LibC.Allocate((int)file.DangerousGetHandle(), KeepSize, 0, room) == 0 ? 0 : Marshal.GetLastPInvokeError();
        GC.KeepAlive(file);

        // A file system that does not support allocation is not an error; a full disk is.
        if (error is not (NoSpace or SizeLimit or Quota))
            return;
        Delete(name);
        throw Failure(name, error);
    }

    private void Remove(string name, int flags)
    {
        SafeFileHandle? root = TryRoot();
        if (root is null)
            return;
        using Parent parent = OpenParent(root, name);
        int error = parent.Error;
        if (error == 0 && LibC.UnlinkAt(parent.Descriptor, LibC.Terminated(parent.Base), flags) != 0)
            error = Marshal.GetLastPInvokeError();
        if (error != 0 && (error != NoSuchEntry || flags != 0))
            throw Failure(name, error);
    }

    private static Parent OpenParent(SafeFileHandle root, string name)
    {
        int cut = name.LastIndexOf('/');
        int descriptor = (int)root.DangerousGetHandle();
        return cut < 0
            ? new Parent(root, descriptor, name, ownsDescriptor: false)
            : new Parent(
                root, LinuxResolution.OpenBelow(descriptor, name[..cut], LinuxResolution.FolderPath), name[(cut + 1)..], ownsDescriptor: true);
    }

    /// <summary>The open parent directory of a name, and the last component of the name.</summary>
    private readonly struct Parent : IDisposable
    {
        private readonly SafeFileHandle _root;
        private readonly bool _ownsDescriptor;

        public Parent(SafeFileHandle root, int descriptor, string name, bool ownsDescriptor)
        {
            _root = root;
            _ownsDescriptor = ownsDescriptor;
            Descriptor = descriptor;
            Base = name;
        }

        /// <summary>Descriptor of the parent directory; a negative errno when it could not be opened.</summary>
        public int Descriptor { get; }

        /// <summary>The last component of the name.</summary>
        public string Base { get; }

        /// <summary>The errno when the directory could not be opened; 0 when it is open.</summary>
        public int Error => Math.Max(0, -Descriptor);

        public void Dispose()
        {
            if (_ownsDescriptor && Descriptor >= 0)
                _ = LibC.Close(Descriptor);
            GC.KeepAlive(_root);
        }
    }
}
