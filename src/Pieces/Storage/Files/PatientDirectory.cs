using Microsoft.Win32.SafeHandles;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>A directory whose calls are repeated while the process cannot open more files (<see cref="DescriptorRelief"/>).</summary>
internal sealed class PatientDirectory : DirectoryHandle
{
    private readonly DirectoryHandle _inner;
    private readonly DescriptorRelief _relief;

    /// <summary>Wraps a directory, and disposes of it.</summary>
    public PatientDirectory(DirectoryHandle inner, DescriptorRelief relief)
        : base(inner.FileSystem, inner.Path)
    {
        _inner = inner;
        _relief = relief;
    }

    /// <inheritdoc/>
    public override bool HasOwners => _inner.HasOwners;

    /// <inheritdoc/>
    public override FileLocation Elsewhere(string path) => new(new PatientDirectory(FileSystem.WorkingDirectory, _relief), path);

    /// <inheritdoc/>
    public override void Create() => Do(_inner, static inner => inner.Create());

    /// <inheritdoc/>
    public override FileStat Stat(string name) => _relief.Run((_inner, name), static call => call._inner.Stat(call.name));

    /// <inheritdoc/>
    public override SafeFileHandle Open(string name, FileOpening opening) =>
        _relief.Run((_inner, name, opening), static call => call._inner.Open(call.name, call.opening));

    /// <inheritdoc/>
    public override SafeFileHandle? TryLock(string name, out bool isKept)
    {
        (SafeFileHandle? file, isKept) = _relief.Run((_inner, name), static call => (call._inner.TryLock(call.name, out bool isKept), isKept));
        return file;
    }

    /// <inheritdoc/>
    public override bool IsLocked(string name) => _relief.Run((_inner, name), static call => call._inner.IsLocked(call.name));

    /// <inheritdoc/>
    public override void Rename(string from, string to, bool overwrite) =>
        Do((_inner, from, to, overwrite), static call => call._inner.Rename(call.from, call.to, call.overwrite));

    /// <inheritdoc/>
    public override void Delete(string name) => Do((_inner, name), static call => call._inner.Delete(call.name));

    /// <inheritdoc/>
    public override void CreateDirectory(string name, bool isPrivate) =>
        Do((_inner, name, isPrivate), static call => call._inner.CreateDirectory(call.name, call.isPrivate));

    /// <inheritdoc/>
    public override void MakePrivate(string name) => Do((_inner, name), static call => call._inner.MakePrivate(call.name));

    /// <inheritdoc/>
    public override IReadOnlyList<string> List(string name) => _relief.Run((_inner, name), static call => call._inner.List(call.name));

    /// <inheritdoc/>
    public override void DeleteDirectory(string name) => Do((_inner, name), static call => call._inner.DeleteDirectory(call.name));

    /// <inheritdoc/>
    public override void FlushDirectory(string name) => Do((_inner, name), static call => call._inner.FlushDirectory(call.name));

    /// <inheritdoc/>
    public override bool TryFlushFileSystem() => _relief.Run(_inner, static inner => inner.TryFlushFileSystem());

    /// <inheritdoc/>
    public override void Dispose() => _inner.Dispose();

    private void Do<TState>(TState state, Action<TState> call) => _relief.Run((state, call), static both =>
    {
        both.call(both.state);
        return true;
    });
}
