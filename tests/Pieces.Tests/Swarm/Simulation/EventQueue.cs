namespace Pieces.Tests.Swarm.Simulation;

/// <summary>The target of an event at a simulated time.</summary>
internal interface ISimulatedEvent
{
    /// <summary>Called when the time of the event is reached.</summary>
    /// <param name="argument">The argument that was passed when the event was scheduled.</param>
    void Happen(long argument);
}

/// <summary>
/// The scheduled events, ordered by time. Events of the same time keep the order in which they were scheduled. It is a heap that allocates nothing
/// per entry.
/// </summary>
internal sealed class EventQueue
{
    private const int Arity = 4;

    private Entry[] _heap = new Entry[1024];
    private int _count;
    private long _order;

    /// <summary>Number of entries, including those that no longer have an effect.</summary>
    public int Count => _count;

    /// <summary>Time of the first entry; <see cref="long.MaxValue"/> if there is none.</summary>
    public long NextTime => _count == 0 ? long.MaxValue : _heap[0].Time;

    /// <summary>Schedules an event.</summary>
    public void Add(long time, ISimulatedEvent target, long argument)
    {
        if (_count == _heap.Length)
            Array.Resize(ref _heap, _count * 2);
        var entry = new Entry(time, _order++, target, argument);
        int at = _count++;
        while (at > 0)
        {
            int parent = (at - 1) / Arity;
            if (!entry.IsBefore(_heap[parent]))
                break;
            _heap[at] = _heap[parent];
            at = parent;
        }

        _heap[at] = entry;
    }

    /// <summary>Removes the first entry and calls its target.</summary>
    public void Take()
    {
        Entry first = _heap[0];
        Entry last = _heap[--_count];
        _heap[_count] = default;
        if (_count > 0)
            Sink(last);
        first.Target.Happen(first.Argument);
    }

    private void Sink(in Entry entry)
    {
        int at = 0;
        while (true)
        {
            int child = (at * Arity) + 1;
            if (child >= _count)
                break;
            int end = Math.Min(child + Arity, _count);
            int least = child;
            for (int i = child + 1; i < end; i++)
            {
                if (_heap[i].IsBefore(_heap[least]))
                    least = i;
            }

            if (!_heap[least].IsBefore(entry))
                break;
            _heap[at] = _heap[least];
            at = least;
        }

        _heap[at] = entry;
    }

    private readonly record struct Entry(long Time, long Order, ISimulatedEvent Target, long Argument)
    {
        public bool IsBefore(in Entry other) => Time < other.Time || (Time == other.Time && Order < other.Order);
    }
}
