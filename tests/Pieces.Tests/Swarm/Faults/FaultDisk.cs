using Microsoft.Win32.SafeHandles;
using Pieces.Platform;
using Pieces.Tests.Storage;

namespace Pieces.Tests.Swarm.Faults;

/// <summary>
/// A disk whose writes are real until something happens to it: it can refuse a call, cut a write short, stop at once, and lose any part of what was not flushed. As
/// with a page cache, a reader finds what was lost until the cache is dropped or the process has ended.
/// </summary>
internal sealed class FaultDisk(Random random, string folder) : ForwardingFileSystem
{
    private const int IoError = 5;

    private readonly Lock _gate = new();
    private readonly List<Unflushed> _unflushed = [];
    private readonly List<Unflushed> _lost = [];
    private int? _writeError;
    private bool _failsFlush;

    /// <summary>Whether every call fails from now on, as after the end of the process or of the disk.</summary>
    public bool IsDead { get; private set; }

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
            if (losesUnflushed)
                Lose(_ => true);
        }
    }

    /// <summary>The process has ended, and its cache with it: what was lost is missing from now on.</summary>
    public void ShowLosses()
    {
        lock (_gate)
            TakeBack(_ => true);
    }

    /// <summary>The disk works again; what is on it is on it.</summary>
    public void Revive()
    {
        lock (_gate)
        {
            IsDead = _failsFlush = false;
            _writeError = null;
            _unflushed.Clear();
        }
    }

    public override void Write(SafeFileHandle file, IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset)
    {
        lock (_gate)
        {
            ThrowIfDead();
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
            ThrowIfDead();
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
        Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = System.IO.FileAttributes.None })
            .FirstOrDefault(path => WorkingDirectory.At(path).Stat().Identity == identity);

    private sealed record Unflushed(FileIdentity File, long Offset, byte[] Before, long? LengthBefore);
}
