using Microsoft.Win32.SafeHandles;

namespace Pieces.Storage.Files;

/// <summary>Opens files for a <see cref="HandleCache"/>.</summary>
internal interface IHandleOpener
{
    /// <summary>Opens a file by its number, which only this opener interprets.</summary>
    SafeFileHandle Open(int file);
}

/// <summary>
/// Keeps the most recently used file handles open, for all torrents of a client, up to a limit. A handle in use is never closed: when all are in use,
/// the limit may be exceeded by the number of users, which is the small number of disk workers. Safe for all threads.
/// </summary>
internal sealed class HandleCache : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private readonly int _capacity;
    private readonly Action? _relieve;
    private int _open;

    /// <param name="capacity">Maximum number of open files.</param>
    /// <param name="relieve">Closes something else when the process has no descriptor left for a file; null when there is nothing to close.</param>
    public HandleCache(int capacity, Action? relieve = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _capacity = capacity;
        _relieve = relieve;
        Relief = new DescriptorRelief(MakeRoomForOthers);
    }

    /// <summary>Repeats calls that open a file and must not fail because too many other files are open.</summary>
    public DescriptorRelief Relief { get; }

    /// <summary>Number of open handles.</summary>
    public int OpenCount => Volatile.Read(ref _open);

    /// <summary>Takes a handle for use, and opens the file if necessary. The lease must be disposed.</summary>
    /// <remarks>Exceptions of <paramref name="opener"/> are passed on.</remarks>
    public Lease Take(IHandleOpener opener, int file)
    {
        var key = new Key(opener, file);
        if (TryTake(key, out Lease lease))
            return lease;

        MakeRoom();
        SafeFileHandle handle;
        try
        {
            handle = opener.Open(file);
        }
        catch
        {
            Interlocked.Decrement(ref _open);
            throw;
        }

        return Add(key, handle);
    }

    /// <summary>Adds a handle that its opener has just opened, and drops the file's previous handle.</summary>
    public void Keep(IHandleOpener opener, int file, SafeFileHandle handle)
    {
        Drop(opener, file);
        MakeRoom();
        Add(new Key(opener, file), handle).Dispose();
    }

    /// <summary>Closes one file as soon as it is not in use; the next use opens it again.</summary>
    public void Drop(IHandleOpener opener, int file)
    {
        SafeFileHandle? idle = null;
        lock (_gate)
        {
            if (_entries.TryGetValue(new Key(opener, file), out LinkedListNode<Entry>? node))
                idle = Remove(node);
        }

        Close(idle);
    }

    /// <summary>Closes all files of one opener as soon as they are not in use.</summary>
    public void DropAll(IHandleOpener opener) => DropWhere(key => ReferenceEquals(key.Opener, opener));

    /// <inheritdoc/>
    public void Dispose() => DropWhere(static _ => true);

    private bool TryTake(Key key, out Lease lease)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                lease = default;
                return false;
            }

            _byUse.Remove(node);
            _byUse.AddLast(node);
            node.Value.Users++;
            lease = new Lease(this, node.Value);
            return true;
        }
    }

    private void MakeRoomForOthers()
    {
        SafeFileHandle? idle;
        lock (_gate)
            idle = TakeIdle();
        Close(idle);
        _relieve?.Invoke();
    }

    /// <summary>Removes and returns the least recently used idle handle; null when all are in use. Call with the lock held.</summary>
    private SafeFileHandle? TakeIdle()
    {
        for (LinkedListNode<Entry>? node = _byUse.First; node is not null; node = node.Next)
        {
            if (node.Value.Users == 0)
                return Remove(node);
        }

        return null;
    }

    /// <summary>Counts one more handle as open, and closes idle ones until the count is within the limit.</summary>
    private void MakeRoom()
    {
        Interlocked.Increment(ref _open);
        while (true)
        {
            SafeFileHandle? idle;
            lock (_gate)
            {
                if (_open <= _capacity)
                    return;
                idle = TakeIdle();
            }

            if (idle is null)
                return;
            Close(idle);
        }
    }

    private Lease Add(Key key, SafeFileHandle handle)
    {
        Lease lease;
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                var entry = new Entry(key, handle) { Users = 1 };
                _entries.Add(key, _byUse.AddLast(entry));
                return new Lease(this, entry);
            }

            // Another worker opened it at the same time; one handle is enough.
            node.Value.Users++;
            lease = new Lease(this, node.Value);
        }

        Close(handle);
        return lease;
    }

    private void GiveBack(Entry entry)
    {
        bool last;
        lock (_gate)
            last = --entry.Users == 0 && entry.IsDropped;
        if (last)
            Close(entry.Handle);
    }

    /// <summary>Removes an entry; returns its handle when it can be closed now. Call with the lock held.</summary>
    private SafeFileHandle? Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
        node.Value.IsDropped = true;
        return node.Value.Users == 0 ? node.Value.Handle : null;
    }

    private void DropWhere(Predicate<Key> match)
    {
        List<SafeFileHandle> idle = [];
        lock (_gate)
        {
            LinkedListNode<Entry>? node = _byUse.First;
            while (node is not null)
            {
                LinkedListNode<Entry>? next = node.Next;
                if (match(node.Value.Key) && Remove(node) is { } handle)
                    idle.Add(handle);
                node = next;
            }
        }

        foreach (SafeFileHandle handle in idle)
            Close(handle);
    }

    private void Close(SafeFileHandle? handle)
    {
        if (handle is null)
            return;
        handle.Dispose();
        Interlocked.Decrement(ref _open);
    }

    /// <summary>The right to use a handle until the lease is disposed.</summary>
    internal readonly struct Lease : IDisposable
    {
        private readonly HandleCache _cache;
        private readonly Entry _entry;

        internal Lease(HandleCache cache, Entry entry)
        {
            _cache = cache;
            _entry = entry;
        }

        /// <summary>The open file.</summary>
        public SafeFileHandle Handle => _entry.Handle;

        /// <inheritdoc/>
        public void Dispose() => _cache.GiveBack(_entry);
    }

    internal readonly record struct Key(IHandleOpener Opener, int File);

    internal sealed class Entry
    {
        internal Entry(Key key, SafeFileHandle handle)
        {
            Key = key;
            Handle = handle;
        }

        internal Key Key { get; }

        internal SafeFileHandle Handle { get; }

        internal int Users { get; set; }

        internal bool IsDropped { get; set; }
    }
}
