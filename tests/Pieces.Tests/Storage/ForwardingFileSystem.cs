using Microsoft.Win32.SafeHandles;
using Pieces.Platform;

namespace Pieces.Tests.Storage;

/// <summary>The operating system's file system. A test overrides the calls that it observes or makes fail.</summary>
internal abstract class ForwardingFileSystem : IFileSystem
{
    public DirectoryHandle WorkingDirectory => CurrentPlatform.Files.WorkingDirectory;

    public virtual DirectoryHandle OpenDirectory(string path) => CurrentPlatform.Files.OpenDirectory(path);

    public FileKind KindOfTarget(string path) => CurrentPlatform.Files.KindOfTarget(path);

    public virtual long? FreeSpace(string directory) => CurrentPlatform.Files.FreeSpace(directory);

    public FileStream CreateUnnamed(string directory) => CurrentPlatform.Files.CreateUnnamed(directory);

    public virtual void Write(SafeFileHandle file, IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset) =>
        CurrentPlatform.Files.Write(file, buffers, offset);

    public virtual void Flush(SafeFileHandle file) => CurrentPlatform.Files.Flush(file);

    public FileStat Stat(SafeFileHandle file) => CurrentPlatform.Files.Stat(file);

    public virtual void ForgetCached(SafeFileHandle file) => CurrentPlatform.Files.ForgetCached(file);

    public virtual void StartWriting(SafeFileHandle file, long offset, long length) => CurrentPlatform.Files.StartWriting(file, offset, length);

    public virtual void WriteAndForget(SafeFileHandle file, long offset, long length) => CurrentPlatform.Files.WriteAndForget(file, offset, length);

    public bool TryFindData(SafeFileHandle file, long offset, out long start, out long end) =>
        CurrentPlatform.Files.TryFindData(file, offset, out start, out end);
}
