using Pieces.Storage;
using Pieces.Storage.Streaming;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Has the content of a stream taken by its target, and tells the loop how that ended.</summary>
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

    /// <summary>Ends when the target has ended; never faults.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins; the storage is open.</summary>
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
            // The torrent ends, and whoever ended it knows why.
        }
#pragma warning disable CA1031 // Nothing is hidden: whatever the target throws makes the torrent fail, and is told to whoever waits for it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _inbox.Post(new TorrentFaulted(e));
        }
    }
}

/// <summary>The target of a stream has read everything.</summary>
internal sealed record ContentDelivered : StageWork
{
    public static readonly ContentDelivered Instance = new();
}
