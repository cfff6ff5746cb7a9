namespace Pieces.Tests.Swarm.Simulation;

/// <summary>Something that happens at a simulated time.</summary>
internal interface ISimulatedEvent
{
    /// <summary>The time has come.</summary>
    /// <param name="argument">What was given when it was planned.</param>
    void Happen(long argument);
}

/// <summary>
/// What is to happen, by time; of the same moment, in the order in which it was planned. A heap without an allocation for each entry.
/// </summary>
internal sealed class EventQueue
{
    private const int Arity = 4;

    private Entry[] _heap = new Entry[1024];
    private int _count;
    private long _order;

    /// <summary>Entries, those included that mean nothing any more.</summary>
    public int Count => _count;

    /// <summary>When the first entry is due; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextTime => _count == 0 ? long.MaxValue : _heap[0].Time;

    /// <summary>Plans an event.</summary>
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

    /// <summary>Takes the first entry out and lets it happen.</summary>
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
