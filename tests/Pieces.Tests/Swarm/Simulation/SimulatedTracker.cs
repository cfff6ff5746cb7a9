using System.Net;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>A tracker that returns random peers from those that have announced. It responds after a delay, as a remote tracker does.</summary>
internal sealed class SimulatedTracker(SimulatedTime time, Random random, int most)
{
    public const string Url = "http://tracker.test/announce";

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(60);

    private readonly List<IPEndPoint> _present = [];
    private readonly Dictionary<IPEndPoint, int> _places = [];

    /// <summary>Returns the tracker for the client at an address.</summary>
    public ITracker For(IPAddress address) => new Face(this, address);

    private async Task<AnnounceResponse> AnnounceAsync(IPAddress address, AnnounceRequest request, CancellationToken cancellationToken)
    {
        await Task.Delay(Delay / 2, time, cancellationToken).ConfigureAwait(false);
        var endPoint = new IPEndPoint(address, request.Port);
        if (request.Event == AnnounceEvent.Stopped)
            Remove(endPoint);
        else if (_places.TryAdd(endPoint, _present.Count))
            _present.Add(endPoint);
        IPEndPoint[] named = Draw(endPoint, request.Event == AnnounceEvent.Stopped ? 0 : Math.Min(most, request.WantedPeers));
        await Task.Delay(Delay / 2, time, cancellationToken).ConfigureAwait(false);
        return new AnnounceResponse { Peers = named, Interval = Interval, MinInterval = MinInterval };
    }

    private IPEndPoint[] Draw(IPEndPoint asker, int count)
    {
        // The first steps of a shuffle choose the peers. The order of the list has no meaning, so it may change.
        int own = _places.GetValueOrDefault(asker, -1);
        if (own >= 0)
            Swap(own, _present.Count - 1);
        int others = own >= 0 ? _present.Count - 1 : _present.Count;
        count = Math.Min(count, others);
        for (int i = 0; i < count; i++)
            Swap(i, random.Next(i, others));
        return [.. _present.Take(count)];
    }

    private void Remove(IPEndPoint endPoint)
    {
        if (!_places.Remove(endPoint, out int place))
            return;
        _present[place] = _present[^1];
        _present.RemoveAt(_present.Count - 1);
        if (place < _present.Count)
            _places[_present[place]] = place;
    }

    private void Swap(int a, int b)
    {
        (_present[a], _present[b]) = (_present[b], _present[a]);
        _places[_present[a]] = a;
        _places[_present[b]] = b;
    }

    private sealed class Face(SimulatedTracker tracker, IPAddress address) : ITracker
    {
        public string DisplayUrl => Url;

        public Task<AnnounceResponse> AnnounceAsync(AnnounceRequest request, CancellationToken cancellationToken) =>
            tracker.AnnounceAsync(address, request, cancellationToken);

        public Task<ScrapeResponse> ScrapeAsync(SwarmKey infoHash, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
