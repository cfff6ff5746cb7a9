using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// One peer after the handshake: a read task and a write task on one stream. It decodes and encodes messages, enforces timeouts and sends queued
/// blocks; it makes no decisions about pieces. All members are thread-safe and never wait.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "The wrapper around the stream owns nothing.")]
internal sealed class PeerConnection : IPeerLink
{
    private readonly PeerConnectionOptions _options;
    private readonly ThrottledStream _stream;
    private readonly PeerOutbox _outbox;
    private readonly UploadQueue _uploads = new();
    private readonly AsyncSignal _wake = new();
    private readonly TaskCompletionSource<CloseReason> _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;

    /// <summary>Creates a connection that is to be started once; until then the caller owns the transport.</summary>
    public PeerConnection(PeerConnectionOptions options)
    {
        _options = options;
        _stream = new ThrottledStream(options.Transport.Stream, options.DownloadLimiter, options.UploadLimiter);
        _outbox = new PeerOutbox(options.PieceCount);
    }

    /// <summary>Identifies the peer for requests and bans.</summary>
    public SenderId Id => _options.Id;

    /// <inheritdoc/>
    public IPEndPoint RemoteEndPoint => _options.Transport.RemoteEndPoint;

    /// <inheritdoc/>
    public bool IsOutbound => _options.Handshake.IsOutbound;

    /// <inheritdoc/>
    public PeerId RemoteId => _options.Handshake.RemoteId;

    /// <inheritdoc/>
    public bool IsEncrypted => _options.Handshake.Encryption == EncryptionExtent.Stream;

    /// <inheritdoc/>
    public bool SupportsFast => _options.Handshake.Common.HasFast;

    /// <inheritdoc/>
    public bool SupportsExtensions => _options.Handshake.Common.HasExtensions;

    /// <inheritdoc/>
    public bool SupportsDht => _options.Handshake.Common.HasDht;

    /// <summary>Completes when both tasks have ended and the stream is closed; never faults.</summary>
    public Task Completion => _running;

    /// <inheritdoc/>
    public int QueuedUploads => _uploads.Count;

    /// <inheritdoc/>
    public int UnsentBytes => _outbox.Length;

    /// <summary>Bytes received since the handshake, protocol overhead included.</summary>
    public long BytesReceived => _stream.BytesRead;

    /// <summary>Bytes sent since the handshake, protocol overhead included.</summary>
    public long BytesSent => _stream.BytesWritten;

    /// <summary>Starts both tasks. The sink is not called before.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <inheritdoc/>
    /// <remarks>All messages queued when the write task runs are sent with one write.</remarks>
    public void Send(PeerMessage message)
    {
        _options.Trace?.Sent(message);
        AfterAdding(_outbox.TryAdd(message));
    }

    /// <inheritdoc/>
    public void SendSoon(PeerMessage message)
    {
        _options.Trace?.Sent(message);
        if (!_outbox.TryAdd(message))
            AfterAdding(isWithinLimit: false);
    }

    /// <inheritdoc/>
    public void Flush()
    {
        if (_outbox.Length > 0)
            _wake.Set();
    }

    /// <inheritdoc/>
    public void SendRequests(IReadOnlyList<BlockRequest> blocks)
    {
        _options.Trace?.Asked(blocks);
        AfterAdding(_outbox.TryAddRequests(blocks));
    }

    /// <inheritdoc/>
    public bool TryQueueUpload(BlockRequest block)
    {
        if (!_uploads.TryAdd(block))
            return false;
        _wake.Set();
        return true;
    }

    /// <inheritdoc/>
    public bool CancelUpload(BlockRequest block) => _uploads.Remove(block);

    /// <inheritdoc/>
    public IReadOnlyList<BlockRequest> DropUploads() => _uploads.Drain();

    /// <inheritdoc/>
    public void Close(string reason) => _closing.TrySetResult(new CloseReason(reason, IsProtocolError: false));

    private async Task RunAsync()
    {
        using var stopping = new CancellationTokenSource();
        UnfinishedMessage unfinished = _options.Unfinished.Open(() => Close("its unfinished message was dropped to make room for other peers"));
        var watch = new PeerWatch(_options.TimeProvider, _stream, unfinished);
        ITimer timer = _options.TimeProvider.CreateTimer(
            _ => Look(watch), null, PeerWatch.UntilNextLook(_options.TimeProvider), PeerWatch.Interval);
        Task reading = GuardAsync(ReadAllAsync(unfinished, stopping.Token));
        Task writing = GuardAsync(new PeerWriter(this, _options, _stream, _outbox, _uploads, _wake).RunAsync(stopping.Token));

        CloseReason reason = await _closing.Task.ConfigureAwait(false);
        await timer.DisposeAsync().ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        _wake.Set();
        await _options.Transport.DisposeAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        await writing.ConfigureAwait(false);
        _outbox.Close();

        _options.Logger.Debug("{Peer}: closed: {Reason}", RemoteEndPoint, reason.Text);
        TellClosed(reason);
    }

    private async Task ReadAllAsync(UnfinishedMessage unfinished, CancellationToken cancellationToken)
    {
        using var reader = new PeerReader(_stream, _options.Pool, new PeerFrameLimits(_options.PieceCount), unfinished);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } batch)
        {
            // The trace comes first, because the sink takes ownership of the batch and its buffers.
            _options.Trace?.Received(batch.Messages);
            await _options.Sink.OnMessagesAsync(this, batch, cancellationToken).ConfigureAwait(false);
        }

        Close("closed by the peer");
    }

    private void TellClosed(CloseReason reason)
    {
        try
        {
            _options.Sink.OnClosed(this, reason.Text, reason.IsProtocolError);
        }
        catch (Exception e)
        {
            // This is the last step, and the completion of a connection never faults.
            _options.Logger.Error(e, "{Peer}: the end of the connection could not be reported", RemoteEndPoint);
        }
    }

    // The end of either task closes the connection. Only the first reason is kept, so consequences of the close (cancelled, disposed) are ignored.
    private async Task GuardAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (PeerProtocolException e)
        {
            _closing.TrySetResult(new CloseReason(e.Message, IsProtocolError: true));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or StorageException)
        {
            Close(e is IOException { InnerException: SocketException inner } ? SocketText.Of(inner) : e.Message);
        }
        catch (Exception e)
        {
            _options.Logger.Error(e, "{Peer}: the connection failed because of a bug in this program", RemoteEndPoint);
            Close("internal error: " + e.Message);
        }
    }

    private void Look(PeerWatch watch)
    {
        switch (watch.Look())
        {
            case PeerWatchVerdict.Silent:
                Close($"nothing received for {PeerWatch.SilenceLimit.TotalSeconds:0} s");
                break;
            case PeerWatchVerdict.Stuck:
                Close($"accepted no data for {PeerWatch.StuckLimit.TotalSeconds:0} s");
                break;
            case PeerWatchVerdict.Unfinished:
                Close($"did not complete a message within {PeerWatch.MessageLimit.TotalSeconds:0} s");
                break;
            case PeerWatchVerdict.KeepAliveDue:
                _outbox.AddKeepAlive();
                _wake.Set();
                break;
            case PeerWatchVerdict.Fine:
                break;
        }
    }

    private void AfterAdding(bool isWithinLimit)
    {
        if (isWithinLimit)
            _wake.Set();
        else
            Close($"does not read what is sent: over {PeerOutbox.MaxLength} bytes are queued");
    }

    private sealed record CloseReason(string Text, bool IsProtocolError);
}
