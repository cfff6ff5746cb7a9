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

    /// <summary>Whether every call fails, as after the end of the process or of the disk.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Whether nothing can be removed. <see cref="Revive"/> does not reset it.</summary>
    public bool KeepsEverything { get; set; }

    /// <summary>Whether further opens will fail for lack of descriptors.</summary>
    public bool IsScarce => Volatile.Read(ref _scarceOpens) > 0;

    /// <summary>Makes the next opens fail because too many files are open.</summary>
    public void FailOpens(int count)
    {
        lock (_gate)
            _scarceOpens = count;
    }

    /// <summary>Makes the file system read-only.</summary>
    public void RemountReadOnly()
    {
        lock (_gate)
            _isReadOnly = true;
    }

    /// <summary>Kills the process after this number of calls: every later call fails.</summary>
    public void DieAfter(int calls)
    {
        lock (_gate)
            _callsLeft = calls;
    }

    /// <summary>Makes the next write fail with an error after a part of its bytes was written.</summary>
    public void FailWrite(int error)
    {
        lock (_gate)
            _writeError = error;
    }

    /// <summary>
    /// Makes the next flush fail. A random part of the writes that it should have flushed is lost. The error is reported only once.
    /// </summary>
    public void FailFlush()
    {
        lock (_gate)
            _failsFlush = true;
    }

    /// <summary>
    /// Ends the disk: nothing reaches it any more. With <paramref name="losesUnflushed"/>, a random part of the unflushed writes and renames is lost.
    /// </summary>
    public void Die(bool losesUnflushed)
    {
        lock (_gate)
        {
            IsDead = true;
            if (!losesUnflushed)
                return;
            Lose(_ => true);

            // Renames are lost from the last one backwards, because a folder that has lost a rename has also lost the later ones.
            for (int i = _renames.Count - 1; i >= 0 && random.Next(2) == 0; i--)
                _lostRenames.Add(_renames[i]);
            _renames.Clear();
        }
    }

    /// <summary>Called by a directory before each call. Throws if the call must fail.</summary>
    public void Before(FaultCall call)
    {
        lock (_gate)
            Ask(call);
    }

    /// <summary>Records that a file was renamed. Until its folder is flushed, the new name can be lost in a power cut.</summary>
    public void Renamed(string directory, string from, string to, bool overwrite)
    {
        // A rename that overwrote a file is not recorded, because it cannot be undone.
        if (overwrite)
            return;
        lock (_gate)
            _renames.Add((Path.Join(directory, from), Path.Join(directory, to)));
    }

    /// <summary>Records that a folder was flushed, so that its renames can no longer be lost.</summary>
    public void FolderFlushed(string path)
    {
        string folder = Path.TrimEndingDirectorySeparator(path);
        lock (_gate)
            _renames.RemoveAll(rename => Path.TrimEndingDirectorySeparator(Path.GetDirectoryName(rename.To)!) == folder);
    }

    public override DirectoryHandle OpenDirectory(string path) => new FaultDirectory(this, base.OpenDirectory(path));

    /// <summary>The process has ended, and so has the cache: makes the lost writes and renames visible in the files.</summary>
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

    /// <summary>Makes the disk work again. Its current content can no longer be lost.</summary>
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

    // The newest write is undone first, so that each write finds the bytes that it replaced.
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
