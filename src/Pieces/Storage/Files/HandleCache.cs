using Microsoft.Win32.SafeHandles;

namespace Pieces.Storage.Files;

/// <summary>Opens the files that a <see cref="HandleCache"/> is asked for.</summary>
internal interface IHandleOpener
{
    /// <summary>Opens a file by its number, which only this opener understands.</summary>
    SafeFileHandle Open(int file);
}

/// <summary>
/// Keeps the handles that were used last open, over all torrents of a client, within a bound. A handle in use is never closed; when all are
/// in use the bound gives way by as many as there are users, who are the few disk workers. Safe for all threads.
/// </summary>
internal sealed class HandleCache : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private readonly int _capacity;
    private readonly Action? _relieve;
    private int _open;

    /// <summary>Makes a cache.</summary>
    /// <param name="capacity">Most files that are kept open.</param>
    /// <param name="relieve">Closes something else, since the process has no descriptor left for a file; null where there is nothing.</param>
    public HandleCache(int capacity, Action? relieve = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _capacity = capacity;
        _relieve = relieve;
        Relief = new DescriptorRelief(MakeRoomForOthers);
    }

    /// <summary>For calls that open a file and must not fail because too many others are open.</summary>
    public DescriptorRelief Relief { get; }

    /// <summary>Handles that are open now.</summary>
    public int OpenCount => Volatile.Read(ref _open);

    /// <summary>Takes a handle for use, opened if it is not; the lease must be disposed.</summary>
    /// <remarks>Whatever <paramref name="opener"/> throws comes through.</remarks>
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

    /// <summary>Keeps a handle that its opener has just opened, in the place of one that is kept already.</summary>
    public void Keep(IHandleOpener opener, int file, SafeFileHandle handle)
    {
        Drop(opener, file);
        MakeRoom();
        Add(new Key(opener, file), handle).Dispose();
    }

    /// <summary>Closes one file as soon as nobody uses it; the next use opens it anew.</summary>
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

    /// <summary>Closes all files of one opener as soon as nobody uses them.</summary>
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

    /// <summary>The handle that was used least recently and is idle, taken out; null when all are in use. Called with the gate held.</summary>
    private SafeFileHandle? TakeIdle()
    {
        for (LinkedListNode<Entry>? node = _byUse.First; node is not null; node = node.Next)
        {
            if (node.Value.Users == 0)
                return Remove(node);
        }

        return null;
    }

    /// <summary>Counts one more handle as open, and closes idle ones until it is within the bound.</summary>
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

    /// <summary>Takes an entry out; returns its handle when it may be closed now. Called with the gate held.</summary>
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

    /// <summary>The right to use a handle until it is disposed.</summary>
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
