using System.Collections.Concurrent;
using System.Net;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Tests.Support;

/// <summary>A host of an in-memory network that runs a script on each of its connections, both incoming and outgoing.</summary>
internal sealed class ScriptedHost : IAsyncDisposable
{
    public const int Port = 6881;

    private readonly ITransport _transport;
    private readonly ITransportListener _listener;
    private readonly Func<ScriptedSession, Task> _script;
    private readonly TestTorrent _data;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<Task> _runs = new();
    private readonly ConcurrentQueue<ScriptedSession> _sessions = new();
    private readonly Task _accepting;
    private int _accepted;
    private int _ended;

    public ScriptedHost(InMemoryNetwork network, string address, TestTorrent data, PeerId id, Func<ScriptedSession, Task> script)
    {
        Address = address;
        EndPoint = new IPEndPoint(IPAddress.Parse(address), Port);
        Id = id;
        _transport = network.Host(address);
        _time = network.TimeProvider;
        _data = data;
        _script = script;
        _listener = _transport.Listen(null, Port, Port);
        _accepting = AcceptAsync();
    }

    public string Address { get; }

    public IPEndPoint EndPoint { get; }

    public PeerId Id { get; }

    /// <summary>Number of incoming connections.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Number of scripts that have ended, usually because the other side closed the connection.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Number of blocks that were requested from this host.</summary>
    public int Requests => _sessions.Sum(session => session.Requests);

    /// <summary>Dials a host and runs the script on the connection.</summary>
    public void Dial(IPEndPoint remote) => _runs.Enqueue(Task.Run(async () =>
    {
        await using ScriptedPeer peer = await ScriptedPeer.DialAsync(_transport, remote, _stopping.Token);
        await RunAsync(peer, isDialling: true);
    }));

    /// <summary>Ends all scripts. Fails if a script has failed for another reason than a broken connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        await _listener.DisposeAsync();
        await Task.WhenAll(_runs);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                ScriptedPeer peer = await ScriptedPeer.AcceptAsync(_listener, _stopping.Token);
                Interlocked.Increment(ref _accepted);
                _runs.Enqueue(Task.Run(async () =>
                {
                    await using (peer)
                        await RunAsync(peer, isDialling: false);
                }));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task RunAsync(ScriptedPeer peer, bool isDialling)
    {
        try
        {
            var session = new ScriptedSession(peer, _data, Id, isDialling, _time, _stopping.Token);
            _sessions.Enqueue(session);
            await _script(session);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The other side has closed the connection, which it may do at any time, or the test is over.
        }
        finally
        {
            Interlocked.Increment(ref _ended);
        }
    }
}
