namespace Pieces.Net;

/// <summary>
/// The port on which peers reach us: the port of the listener, and the port that a router forwards to it, if there is one. Safe for all threads.
/// </summary>
internal sealed class PortState
{
    private readonly Lock _gate = new();
    private int _bound;
    private int? _external;

    /// <summary>Creates the state.</summary>
    /// <param name="bound">Port of the listener; 0 if there is none yet.</param>
    public PortState(int bound = 0) => _bound = bound;

    /// <summary>Raised after either port has changed, by the thread that changed it and outside every lock.</summary>
    public event Action? Changed;

    /// <summary>The port of the listener; 0 if there is none. To be announced in the local network, where no router is between us and the
    /// peers.</summary>
    public int Bound => Volatile.Read(ref _bound);

    /// <summary>The router's port that is forwarded to ours; null if none is known.</summary>
    public int? External
    {
        get
        {
            lock (_gate)
                return _external;
        }
    }

    /// <summary>The port to announce to trackers, the DHT and peers; 0 if we cannot be reached.</summary>
    public int Announced
    {
        get
        {
            lock (_gate)
                return _external ?? _bound;
        }
    }

    /// <summary>Sets the port of the listener; 0 for none.</summary>
    public void SetBound(int port) => Set(port, External);

    /// <summary>Sets the router's port; null for none.</summary>
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
