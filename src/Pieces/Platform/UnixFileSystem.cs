using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>What all systems of the Unix family have.</summary>
[UnsupportedOSPlatform("windows")]
internal class UnixFileSystem : RuntimeFileSystem
{
    protected const int InvalidArgument = 22;
    protected const int NotSupported = 95;

    /// <inheritdoc/>
    public override FileKind KindOfTarget(string path) => FileKind.Missing;

    /// <inheritdoc/>
    public override FileStream CreateUnnamed(string directory)
    {
        string path = TemporaryName(directory);
        var file = new FileStream(path, OwnerOnly(new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = 0,
        }));
        try
        {
            File.Delete(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override FileStream CreatePrivate(string path) => new(path, OwnerOnly(new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write }));

    /// <inheritdoc/>
    public override void FlushDirectory(string path) => OnOpenDirectory(path, static descriptor => LibC.FSync(descriptor));

    /// <summary>Asks where the written bytes of a file are; the numbers of the two questions differ between systems.</summary>
    protected static bool TryFindData(SafeFileHandle file, long offset, (int Data, int Hole) questions, out long start, out long end)
    {
        int descriptor = (int)file.DangerousGetHandle();
        start = LibC.Seek(descriptor, offset, questions.Data);
        end = start < 0 ? -1 : LibC.Seek(descriptor, start, questions.Hole);
        GC.KeepAlive(file);
        return end > start;
    }

    /// <summary>Calls a function of the system with the descriptor of a directory.</summary>
    /// <exception cref="IOException">The directory cannot be opened, or the function failed.</exception>
    protected static void OnOpenDirectory(string path, Func<int, int> call)
    {
        int descriptor = LibC.Open(LibC.Terminated(path), 0);
        if (descriptor < 0)
            throw Failure(path, Marshal.GetLastPInvokeError());
        int error = call(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = LibC.Close(descriptor);

        // Some file systems know no flush of a directory (EINVAL, ENOTSUP): then there is nothing to wait for.
        if (error is not (0 or InvalidArgument or NotSupported))
            throw Failure(path, error);
    }

    /// <summary>The exception for a failed call on a path.</summary>
    protected static IOException Failure(string path, int error) => new($"{path}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    private static FileStreamOptions OwnerOnly(FileStreamOptions options)
    {
        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
