using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>
/// Looks up names on threads of its own, a few at a time for the whole client. The system's resolver blocks its thread until it gives up, which takes
/// 10 s and more when a name server does not reply. Nothing waits for these threads, not even the shutdown. Safe for all threads.
/// </summary>
internal sealed class NameLookups
{
    /// <summary>Maximum time that a caller waits once the lookup of its name has started. The thread itself waits as long as the system
    /// does.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Maximum length of a name that is looked up, in characters (RFC 1035).</summary>
    public const int MaxNameLength = 255;

    // An idle thread ends after this time; the next name starts another.
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    private readonly Func<string, IPAddress[]> _resolve;
    private readonly TimeProvider _time;
    private readonly object _gate = new();
    private readonly NameQueue<Lookup> _queue = new();
    private readonly NameBackOff _backOff = new();
    private readonly Dictionary<(string Host, NameSource Source), Lookup> _pending = [];
    private int _threads;
    private int _idle;

    /// <summary>Creates an instance; no thread is started before the first name.</summary>
    /// <param name="resolve">The system's resolver, which blocks.</param>
    /// <param name="time">Clock for the timeouts of callers and the pauses after failures.</param>
    public NameLookups(Func<string, IPAddress[]> resolve, TimeProvider time)
    {
        _resolve = resolve;
        _time = time;
    }

    private TimeSpan Now => _time.GetElapsedTime(0);

    /// <summary>Returns the addresses of a name.</summary>
    /// <exception cref="SocketException">The name has no address, no name server replies in time, or a lookup failed shortly before.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, NameRequester requester, CancellationToken cancellationToken)
    {
        // The system resolves an empty name to this machine; a name that is too long indicates a bug.
        if (host.Length is 0 or > MaxNameLength)
            throw new SocketException((int)SocketError.HostNotFound);
        Lookup lookup = Enqueue(host, requester);
        try
        {
            return await lookup.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                lookup.Waiters--;
        }
    }

    private Lookup Enqueue(string host, NameRequester requester)
    {
        lock (_gate)
        {
            if (!_pending.TryGetValue((host, requester.Source), out Lookup? lookup))
            {
                if (_backOff.Refuse(host, requester.Source, Now) is { } error)
                    throw new SocketException((int)error);
                _pending.Add((host, requester.Source), lookup = new Lookup(host));
                _queue.Add(requester, lookup);
                Wake();
            }

            lookup.Waiters++;
            return lookup;
        }
    }

    private void Wake()
    {
        if (_queue.Count > _idle && _threads < NameQueue<Lookup>.MaxRunning)
        {
            _threads++;
            new Thread(Work) { IsBackground = true, Name = "names" }.Start();
        }

        Monitor.Pulse(_gate);
    }

    private void Work()
    {
        while (Await() is { } next)
            Run(next.Lookup, next.Requester);
    }

    // Null if there was nothing to do for IdleTime.
    private (Lookup Lookup, NameRequester Requester)? Await()
    {
        lock (_gate)
        {
            while (true)
            {
                if (TryTake(out Lookup? lookup, out NameRequester requester))
                    return (lookup, requester);
                _idle++;
                bool isWoken = Monitor.Wait(_gate, IdleTime);
                _idle--;
                if (isWoken)
                    continue;
                _threads--;
                return null;
            }
        }
    }

    private bool TryTake([MaybeNullWhen(false)] out Lookup lookup, out NameRequester requester)
    {
        while (_queue.TryTake(out lookup, out requester))
        {
            if (lookup.Waiters > 0)
                return true;
            // All callers that wanted it have given up.
            _queue.Done(requester);
            _pending.Remove((lookup.Host, requester.Source));
        }

        return false;
    }

    private void Run(Lookup lookup, NameRequester requester)
    {
        SocketError? failure = null;
        IPAddress[] found = [];
        using (_time.CreateTimer(_ => lookup.Fail(SocketError.TryAgain), null, Timeout, System.Threading.Timeout.InfiniteTimeSpan))
        {
            try
            {
                found = _resolve(lookup.Host);
                failure = found.Length == 0 ? SocketError.HostNotFound : null;
            }
            catch (SocketException e)
            {
                failure = e.SocketErrorCode;
            }
#pragma warning disable CA1031 // The name is untrusted: any exception of the resolver only means that this name has no address.
            catch (Exception)
#pragma warning restore CA1031
            {
                failure = SocketError.HostNotFound;
            }
        }

        lock (_gate)
        {
            _queue.Done(requester);
            _pending.Remove((lookup.Host, requester.Source));
            if (failure is { } error)
                _backOff.Failed(lookup.Host, error, Now);
            else
                _backOff.Succeeded(lookup.Host);
            // A lookup held back by the limits may start now, on this thread or an idle one.
            Monitor.Pulse(_gate);
        }

        if (failure is { } reason)
            lookup.Fail(reason);
        else
            lookup.Succeed(found);
    }

    /// <summary>A requested name.</summary>
    private sealed class Lookup
    {
        private readonly TaskCompletionSource<IPAddress[]> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Lookup(string host) => Host = host;

        public string Host { get; }

        /// <summary>Number of callers that wait for it; guarded by the owner's lock.</summary>
        public int Waiters { get; set; }

        public Task<IPAddress[]> Result => _result.Task;

        public void Succeed(IPAddress[] found) => _result.TrySetResult(found);

        public void Fail(SocketError error)
        {
            if (_result.TrySetException(new SocketException((int)error)))
                _ = _result.Task.Exception;
        }
    }
}
