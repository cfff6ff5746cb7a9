using Microsoft.Win32.SafeHandles;
using Pieces.Platform;
using Pieces.Tests.Storage;

namespace Pieces.Tests.Swarm.Faults;

/// <summary>
/// A disk whose writes are real until a fault occurs: it can refuse a call, truncate a write, stop at once, and lose any part of unflushed data. As
/// with a page cache, lost data can still be read until the cache is dropped or the process has ended.
/// </summary>
internal sealed class FaultDisk(Random random, string folder) : ForwardingFileSystem
{
    private const int IoError = 5;
    private const int TooManyFiles = 24;
    private const int ReadOnlyFileSystem = 30;
    private const int NotEmpty = 39;

    private readonly Lock _gate = new();
    private readonly List<(string From, string To)> _renames = [];
    private readonly List<(string From, string To)> _lostRenames = [];
    private readonly List<Unflushed> _unflushed = [];
    private readonly List<Unflushed> _lost = [];
    private int? _writeError;
    private bool _failsFlush;
    private bool _isReadOnly;
    private int _scarceOpens;
    private int _callsLeft = int.MaxValue;

    /// <summary>Whether every call fails from now on, as after the end of the process or of the disk.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Whether nothing can be removed, for good.</summary>
    public bool KeepsEverything { get; set; }

    /// <summary>Whether opens still have to fail for lack of descriptors.</summary>
    public bool IsScarce => Volatile.Read(ref _scarceOpens) > 0;

    /// <summary>The next opens fail because too many files are open.</summary>
    public void FailOpens(int count)
    {
        lock (_gate)
            _scarceOpens = count;
    }

    /// <summary>The file system cannot be changed any more.</summary>
    public void RemountReadOnly()
    {
        lock (_gate)
            _isReadOnly = true;
    }

    /// <summary>The process is killed between two calls, after this number of calls.</summary>
    public void DieAfter(int calls)
    {
        lock (_gate)
            _callsLeft = calls;
    }

    /// <summary>The next write is cut short and fails with an error.</summary>
    public void FailWrite(int error)
    {
        lock (_gate)
            _writeError = error;
    }

    /// <summary>The next flush loses any part of what it should have brought to the disk, and says so once.</summary>
    public void FailFlush()
    {
        lock (_gate)
            _failsFlush = true;
    }

    /// <summary>Nothing reaches the disk any more. With <paramref name="losesUnflushed"/> any part of what was not flushed is lost.</summary>
    public void Die(bool losesUnflushed)
    {
        lock (_gate)
        {
            IsDead = true;
            if (!losesUnflushed)
                return;
            Lose(_ => true);

            // The last one first: an earlier one cannot be missing without it where both are of one folder.
            for (int i = _renames.Count - 1; i >= 0 && random.Next(2) == 0; i--)
                _lostRenames.Add(_renames[i]);
            _renames.Clear();
        }
    }

    /// <summary>A directory asks before a call.</summary>
    public void Before(FaultCall call)
    {
        lock (_gate)
            Ask(call);
    }

    /// <summary>A file has another name now, which is lost with the power until its folder is flushed.</summary>
    public void Renamed(string directory, string from, string to, bool overwrite)
    {
        // What was overwritten cannot be brought back.
        if (overwrite)
            return;
        lock (_gate)
            _renames.Add((Path.Join(directory, from), Path.Join(directory, to)));
    }

    /// <summary>The names in a folder are on the disk.</summary>
    public void FolderFlushed(string path)
    {
        string folder = Path.TrimEndingDirectorySeparator(path);
        lock (_gate)
            _renames.RemoveAll(rename => Path.TrimEndingDirectorySeparator(Path.GetDirectoryName(rename.To)!) == folder);
    }

    public override DirectoryHandle OpenDirectory(string path) => new FaultDirectory(this, base.OpenDirectory(path));

    /// <summary>The process has ended, and its cache with it: what was lost is missing from now on.</summary>
    public void ShowLosses()
    {
        lock (_gate)
        {
            TakeBack(_ => true);
            foreach ((string from, string to) in _lostRenames.Where(rename => File.Exists(rename.To)))
                File.Move(to, from);
            _lostRenames.Clear();
        }
    }

    /// <summary>The disk works again; what is on it is on it.</summary>
    public void Revive()
    {
        lock (_gate)
        {
            IsDead = _failsFlush = _isReadOnly = false;
            _writeError = null;
            _scarceOpens = 0;
            _callsLeft = int.MaxValue;
            _unflushed.Clear();
            _renames.Clear();
        }
    }

    public override void Write(SafeFileHandle file, IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset)
    {
        lock (_gate)
        {
            Ask(FaultCall.Write);
            long end = offset + buffers.Sum(buffer => (long)buffer.Length);
            _lost.RemoveAll(write => write.Offset < end && offset < write.Offset + write.Before.Length && write.File == Stat(file).Identity);
            byte[] before = new byte[buffers.Sum(buffer => buffer.Length)];
            int there = RandomAccess.Read(file, before, offset);
            _unflushed.Add(new Unflushed(Stat(file).Identity, offset, before, there < before.Length ? RandomAccess.GetLength(file) : null));
            if (_writeError is { } error)
            {
                _writeError = null;
                RandomAccess.Write(file, buffers[0].Span[..random.Next(buffers[0].Length)], offset);
                throw new IOException("made to fail", error);
            }

            base.Write(file, buffers, offset);
        }
    }

    public override void Flush(SafeFileHandle file)
    {
        lock (_gate)
        {
            Ask(FaultCall.Flush);
            FileIdentity identity = Stat(file).Identity;
            if (_failsFlush)
            {
                _failsFlush = false;
                Lose(write => write.File == identity);
                throw new IOException("made to fail", IoError);
            }

            _unflushed.RemoveAll(write => write.File == identity);
        }
    }

    public override void ForgetCached(SafeFileHandle file)
    {
        lock (_gate)
        {
            FileIdentity identity = Stat(file).Identity;
            TakeBack(write => write.File == identity);
        }

        base.ForgetCached(file);
    }

    public override void StartWriting(SafeFileHandle file, long offset, long length) => ThrowIfDead();

    public override void WriteAndForget(SafeFileHandle file, long offset, long length) => ThrowIfDead();

    private void ThrowIfDead()
    {
        if (IsDead)
            throw new IOException("the disk is gone", IoError);
    }

    private void Ask(FaultCall call)
    {
        IsDead |= _callsLeft-- <= 0;
        ThrowIfDead();
        if (_isReadOnly && call is not (FaultCall.Look or FaultCall.Open))
            throw new IOException("the file system is read-only", ReadOnlyFileSystem);
        if (call == FaultCall.Remove && KeepsEverything)
            throw new IOException("it cannot be removed", NotEmpty);
        if (call is FaultCall.Open or FaultCall.OpenForWriting && _scarceOpens > 0)
        {
            _scarceOpens--;
            throw new IOException("too many open files", TooManyFiles);
        }
    }

    private void Lose(Predicate<Unflushed> isConcerned)
    {
        foreach (Unflushed write in _unflushed.FindAll(isConcerned))
        {
            if (random.Next(2) == 0)
                _lost.Add(write);
        }

        _unflushed.RemoveAll(isConcerned);
    }

    // The newest first, so that each finds what it wrote over.
    private void TakeBack(Predicate<Unflushed> isConcerned)
    {
        for (int i = _lost.Count - 1; i >= 0; i--)
        {
            if (!isConcerned(_lost[i]))
                continue;
            if (PathOf(_lost[i].File) is { } path)
                TakeBack(path, _lost[i]);
            _lost.RemoveAt(i);
        }
    }

    private static void TakeBack(string path, Unflushed write)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(file, write.Before, write.Offset);
        if (write.LengthBefore is { } length && length < RandomAccess.GetLength(file))
            RandomAccess.SetLength(file, Math.Max(length, write.Offset));
    }

    private string? PathOf(FileIdentity identity) =>
        Directory.EnumerateFiles(
            folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = System.IO.FileAttributes.None })
            .FirstOrDefault(path => WorkingDirectory.At(path).Stat().Identity == identity);

    private sealed record Unflushed(FileIdentity File, long Offset, byte[] Before, long? LengthBefore);
}
