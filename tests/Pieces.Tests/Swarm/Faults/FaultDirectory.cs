using Microsoft.Win32.SafeHandles;
using Pieces.Platform;

namespace Pieces.Tests.Swarm.Faults;

/// <summary>A directory on a <see cref="FaultDisk"/>. The disk decides before each call whether the call fails.</summary>
internal sealed class FaultDirectory(FaultDisk disk, DirectoryHandle inner) : DirectoryHandle(disk, inner.Path)
{
    public override bool HasOwners => inner.HasOwners;

    public override void Create()
    {
        disk.Before(FaultCall.Change);
        inner.Create();
    }

    public override FileStat Stat(string name)
    {
        disk.Before(FaultCall.Look);
        return inner.Stat(name);
    }

    public override SafeFileHandle Open(string name, FileOpening opening)
    {
        disk.Before(opening.Access == FileAccess.Read ? FaultCall.Open : FaultCall.OpenForWriting);
        return inner.Open(name, opening);
    }

    public override SafeFileHandle? TryLock(string name, out bool isKept)
    {
        disk.Before(FaultCall.OpenForWriting);
        return inner.TryLock(name, out isKept);
    }

    public override bool IsLocked(string name) => inner.IsLocked(name);

    public override void Rename(string from, string to, bool overwrite)
    {
        disk.Before(FaultCall.Change);
        inner.Rename(from, to, overwrite);
        disk.Renamed(Path, from, to, overwrite);
    }

    public override void Delete(string name)
    {
        disk.Before(FaultCall.Remove);
        inner.Delete(name);
    }

    public override void CreateDirectory(string name, bool isPrivate)
    {
        disk.Before(FaultCall.Change);
        inner.CreateDirectory(name, isPrivate);
    }

    public override void MakePrivate(string name)
    {
        disk.Before(FaultCall.Change);
        inner.MakePrivate(name);
    }

    public override IReadOnlyList<string> List(string name)
    {
        disk.Before(FaultCall.Open);
        return inner.List(name);
    }

    public override void DeleteDirectory(string name)
    {
        disk.Before(FaultCall.Remove);
        inner.DeleteDirectory(name);
    }

    public override void FlushDirectory(string name)
    {
        disk.Before(FaultCall.Open);
        inner.FlushDirectory(name);
        disk.FolderFlushed(System.IO.Path.Join(Path, name));
    }

    // Each file must be flushed separately, because the disk records flushes per file.
    public override bool TryFlushFileSystem() => false;

    public override void Dispose() => inner.Dispose();
}

/// <summary>The kind of a call, as far as faults depend on it.</summary>
internal enum FaultCall
{
    Look,
    Open,
    OpenForWriting,
    Change,
    Remove,
    Write,
    Flush,
}
