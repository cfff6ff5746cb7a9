using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pieces.Tests.Support;

/// <summary>An HTTP server on loopback. It reads the head of each request and then runs a script of the test on the connection.</summary>
internal sealed class ScriptedHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<string, Stream, CancellationToken, Task> _script;
    private readonly List<Task> _connections = [];
    private readonly List<string> _targets = [];
    private readonly List<string> _heads = [];
    private readonly Lock _gate = new();
    private readonly Task _run;

    /// <param name="script">Receives the target of the request, the connection, and a token that is cancelled at the end of the test.</param>
    /// <param name="address">The address to listen on.</param>
    public ScriptedHttpServer(Func<string, Stream, CancellationToken, Task> script, IPAddress? address = null)
    {
        _script = script;
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _listener.Start();
        _run = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Url(string path) => new($"http://{_listener.LocalEndpoint}{path}");

    /// <summary>The targets of all requests so far, in the order of arrival.</summary>
    public IReadOnlyList<string> Targets
    {
        get
        {
            lock (_gate)
                return [.. _targets];
        }
    }

    /// <summary>The heads of all requests so far: request line and headers.</summary>
    public IReadOnlyList<string> Heads
    {
        get
        {
            lock (_gate)
                return [.. _heads];
        }
    }

    /// <summary>Creates a server that sends the same response to every request.</summary>
    public static ScriptedHttpServer Answering(string status, ReadOnlyMemory<byte> body, string headers = "") =>
        new((_, stream, cancellationToken) => AnswerAsync(stream, status, body, headers, cancellationToken));

    public static async Task AnswerAsync(Stream stream, string status, ReadOnlyMemory<byte> body, string headers, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{headers}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n"), cancellationToken);
        await stream.WriteAsync(body, cancellationToken);
    }

    /// <summary>Clears the recorded requests.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _targets.Clear();
            _heads.Clear();
            _connections.RemoveAll(connection => connection.IsCompletedSuccessfully);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _run;
        await Task.WhenAll(_connections);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Task serving = ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token));
                lock (_gate)
                    _connections.Add(serving);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException || _stopping.IsCancellationRequested)
        {
            // The test is over. A listener that is stopped between two calls throws a different exception.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var head = new List<byte>();
            byte[] one = new byte[1];
            while (!(head is [.., (byte)'\r', (byte)'\n', (byte)'\r', (byte)'\n']))
            {
                if (await stream.ReadAsync(one, _stopping.Token) == 0)
                    return;
                head.Add(one[0]);
            }

            string text = Encoding.Latin1.GetString([.. head]);
            string target = text.Split(' ')[1];
            lock (_gate)
            {
                _targets.Add(target);
                _heads.Add(text);
            }

            await _script(target, stream, _stopping.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client has closed the connection, which it may do at any time, or the test is over.
        }
    }
}
