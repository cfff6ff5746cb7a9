using System.Diagnostics;
using System.Net;
using Pieces.Fuzz.Engine;
using Pieces.Net;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Pieces.Fuzz.Peer;

/// <summary>
/// A peer that sends any messages in any order to a whole client, which has half of a torrent. After each sequence the client must close the
/// connection, the torrent must go on, and nothing may have been logged as an error.
/// </summary>
internal sealed class PeerTarget : IFuzzTarget, IDisposable
{
    private const int SequencesOfOneClient = 1000;
    private const string ClientAddress = "10.200.0.1";

    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(15);

    private readonly PeerContent _content = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("pieces-fuzz-").FullName;
    private readonly ErrorSink _errors = new();
    private PeerWorld? _world;
    private int _sequences;

    public string Name => "peer";

    public int MaxLength => 600;

    public IReadOnlyList<byte[]> Words =>
    [
        [7, 0], [7, 1], [3], [1], [25], [10, 0], [10, 200], [11, 0], [8, 1, 0, 0], [8, 3, 200, 0], [20, 0], [21, 1, 1], [21, 2, 3, 40],
        [18, 0], [6, 4], [15], [14, 1, 0, 0], [24, 0, 40],
    ];

    public IEnumerable<byte[]> Seeds =>
    [
        [0, 7, 0, 1, 3, 25, 10, 0, 10, 0, 25, 8, 1, 0, 0, 25, 8, 3, 200, 0, 14, 3, 200, 0],
        [1, 18, 0, 20, 0, 1, 25, 10, 0, 25, 11, 200, 25, 10, 0, 0, 25],
        [2, 20, 0, 21, 1, 1, 21, 2, 3, 9, 3, 25, 8, 5, 0, 0, 17, 3, 16, 4, 25, 10, 0],
    ];

    public void Run(byte[] input)
    {
        if (_sequences++ % SequencesOfOneClient == 0 || _world is null)
        {
            _world?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _world = new PeerWorld(_content, Path.Combine(_folder, $"{_sequences}"), ClientAddress, _errors);
        }

        PeerWorld world = _world;
        // An address of its own, so that a ban of one sequence does not shorten the next.
        string address = $"10.{_sequences >> 14 & 63}.{_sequences >> 7 & 127}.{1 + (_sequences & 127)}";
        bool isClosed = Task.Run(() => world.PlayAsync(address, new PeerSequence(input, _content), CloseLimit)).GetAwaiter().GetResult();
        BrokenPromiseException.Unless(isClosed, $"the client closes the connection within {CloseLimit.TotalSeconds:0} s; {world.Describe()}");
        BrokenPromiseException.Unless(world.IsAlive, $"the torrent goes on; {world.Describe()}");
        BrokenPromiseException.Unless(_errors.Take() is null, $"no error is logged: {_errors.Last}");
    }

    public void Dispose()
    {
        _world?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Keeps what is logged as an error.</summary>
    internal sealed class ErrorSink : ILogEventSink
    {
        private string? _error;

        public string? Last { get; private set; }

        public void Emit(LogEvent logEvent)
        {
            if (logEvent.Level >= LogEventLevel.Error)
                _error = Last = $"{logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture)} {logEvent.Exception}";
        }

        public string? Take() => Interlocked.Exchange(ref _error, null);
    }
}
