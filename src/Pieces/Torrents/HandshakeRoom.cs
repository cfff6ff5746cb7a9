using System.Net;
using System.Runtime.InteropServices;
using Pieces.Net;

namespace Pieces.Torrents;

/// <summary>
/// Limits the number of inbound handshakes in progress, in total and per network. While all places are taken, the oldest handshake is cancelled after
/// <see cref="PressedLimit"/>. Thread-safe.
/// </summary>
internal sealed class HandshakeRoom : IDisposable
{
    /// <summary>Maximum number of inbound handshakes in progress. Further connections wait in the system's accept queue.</summary>
    public const int MaxHandshakes = 64;

    /// <summary>
    /// Maximum number of inbound handshakes in progress per network (<see cref="BudgetKey"/>). Many silent connections from one network must not keep
    /// other peers out.
    /// </summary>
    public const int MaxPerNetwork = 4;

    /// <summary>
    /// Maximum number of inbound handshakes in progress per loopback or private address, where many peers may share one address.
    /// </summary>
    public const int MaxPerSharedAddress = MaxHandshakes / 2;

    /// <summary>Time limit of an inbound handshake while all places are taken. An honest peer sends its handshake at once.</summary>
    public static readonly TimeSpan PressedLimit = TimeSpan.FromSeconds(5);

    // A cancelled handshake needs a moment to release its place.
    private static readonly TimeSpan BetweenEvictions = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly LinkedList<Ticket> _byAge = new();
    private readonly Dictionary<BudgetKey, int> _perNetwork = [];
    private readonly SemaphoreSlim _places;
    private readonly TimeProvider _time;

    /// <summary>Creates a room with <paramref name="places"/> places, all free.</summary>
    public HandshakeRoom(int places, TimeProvider time)
    {
        _places = new SemaphoreSlim(places, places);
        _time = time;
    }

    /// <summary>Waits for a free place, which <see cref="Begin"/> takes over.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        Task place = _places.WaitAsync(cancellationToken);
        while (!place.IsCompleted)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task due = Task.Delay(UntilOldestIsDue(), _time, patience.Token);
            if (await Task.WhenAny(place, due).ConfigureAwait(false) == due)
                EvictDue();
            await patience.CancelAsync().ConfigureAwait(false);
        }

        await place.ConfigureAwait(false);
    }

    /// <summary>A connection was accepted. It holds the place that was waited for until the ticket is disposed of.</summary>
    /// <param name="address">The remote address.</param>
    /// <param name="stopping">Cancels the handshake when the listener stops.</param>
    public Ticket Begin(IPAddress address, CancellationToken stopping)
    {
        var ticket = new Ticket(this, BudgetKey.Of(address), _time.GetTimestamp(), stopping);
        lock (_gate)
        {
            int most = ticket.Network.IsShared ? MaxPerSharedAddress : MaxPerNetwork;
            ticket.IsOneTooMany = ++CollectionsMarshal.GetValueRefOrAddDefault(_perNetwork, ticket.Network, out _) > most;
            ticket.Node = _byAge.AddLast(ticket);
        }

        return ticket;
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private TimeSpan UntilOldestIsDue()
    {
        lock (_gate)
        {
            TimeSpan left = _byAge.First is { } oldest ? PressedLimit - _time.GetElapsedTime(oldest.Value.BeganAt) : PressedLimit;
            return left > BetweenEvictions ? left : BetweenEvictions;
        }
    }

    private void EvictDue()
    {
        Ticket? due = null;
        lock (_gate)
        {
            if (_byAge.First is { } oldest && _time.GetElapsedTime(oldest.Value.BeganAt) >= PressedLimit)
            {
                due = oldest.Value;
                _byAge.Remove(oldest);
                due.Node = null;
            }
        }

        due?.Evict();
    }

    private void End(Ticket ticket)
    {
        lock (_gate)
        {
            if (ticket.Node is { } node)
                _byAge.Remove(node);
            if (--CollectionsMarshal.GetValueRefOrAddDefault(_perNetwork, ticket.Network, out _) == 0)
                _perNetwork.Remove(ticket.Network);
        }

        _places.Release();
    }

    /// <summary>The place of one inbound handshake.</summary>
    internal sealed class Ticket : IDisposable
    {
        private readonly HandshakeRoom _room;
        private readonly CancellationTokenSource _ending;
        private int _isOver;

        internal Ticket(HandshakeRoom room, BudgetKey network, long beganAt, CancellationToken stopping)
        {
            _room = room;
            _ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            Network = network;
            BeganAt = beganAt;
        }

        /// <summary>The network whose handshakes are counted together with this one.</summary>
        public BudgetKey Network { get; }

        /// <summary>Whether this handshake exceeds the limit of its network.</summary>
        public bool IsOneTooMany { get; internal set; }

        /// <summary>Cancelled when another connection needs the place.</summary>
        public CancellationToken Ending => _ending.Token;

        internal long BeganAt { get; }

        internal LinkedListNode<Ticket>? Node { get; set; }

        /// <inheritdoc/>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) != 0)
                return;
            _room.End(this);
            _ending.Dispose();
        }

        internal void Evict()
        {
            try
            {
                _ending.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The handshake has ended in the meantime.
            }
        }
    }
}
