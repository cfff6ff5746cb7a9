namespace Pieces.Net;

/// <summary>
/// The port on which peers reach us: the one that the listener has, and the one that a router forwards to it, if it is another. Safe for all threads.
/// </summary>
internal sealed class PortState
{
    private readonly Lock _gate = new();
    private int _bound;
    private int? _external;

    /// <summary>Creates the state of a listener on a port; 0 for none yet.</summary>
    public PortState(int bound = 0) => _bound = bound;

    /// <summary>Raised after either port has changed, by the thread that changed it and outside every lock.</summary>
    public event Action? Changed;

    /// <summary>The port of the listener; 0 when there is none. For the local network, which no router separates from us.</summary>
    public int Bound => Volatile.Read(ref _bound);

    /// <summary>The port of the router that leads to ours; null when none is known.</summary>
    public int? External
    {
        get
        {
            lock (_gate)
                return _external;
        }
    }

    /// <summary>The port to announce to trackers, the DHT and peers; 0 when nobody can reach us.</summary>
    public int Announced
    {
        get
        {
            lock (_gate)
                return _external ?? _bound;
        }
    }

    /// <summary>The listener has this port now; 0 for none.</summary>
    public void SetBound(int port) => Set(port, External);

    /// <summary>The router's port is known now, or not any more (null).</summary>
    public void SetExternal(int? port) => Set(Bound, port);

    private void Set(int bound, int? external)
    {
        lock (_gate)
        {
            if (_bound == bound && _external == external)
                return;
            _bound = bound;
            _external = external;
        }

        Changed?.Invoke();
    }
}
