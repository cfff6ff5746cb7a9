using Pieces.Storage;
using Pieces.Storage.Streaming;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Passes the content of a stream to its target, and posts to the inbox when the target has read all content or has failed.</summary>
internal sealed class ContentHandover
{
    private readonly StreamStorage _storage;
    private readonly IContentTarget _target;
    private readonly TorrentInbox _inbox;

    public ContentHandover(StreamStorage storage, IContentTarget target, TorrentInbox inbox)
    {
        _storage = storage;
        _target = target;
        _inbox = inbox;
    }

    /// <summary>A task that completes when the target has ended. It never faults.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the target. The storage must be open.</summary>
    public void Start(CancellationToken cancellationToken) => Ended = RunAsync(cancellationToken);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using CancellationTokenRegistration ending = cancellationToken.Register(_storage.EndReading);
        try
        {
            await _target.TakeAsync(_storage.Files, cancellationToken).ConfigureAwait(false);
            if (!_storage.IsRead)
                throw new InvalidOperationException("the target of a stream returned before it had read everything");
            _inbox.Post(ContentDelivered.Instance);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The torrent is being stopped: not an error.
        }
#pragma warning disable CA1031 // No exception is hidden: any exception of the target makes the torrent fail, and its handle reports it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _inbox.Post(new TorrentFaulted(e));
        }
    }
}

/// <summary>The target of a stream has read all content.</summary>
internal sealed record ContentDelivered : StageWork
{
    public static readonly ContentDelivered Instance = new();
}
