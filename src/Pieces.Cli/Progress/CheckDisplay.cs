using Pieces.Cli.Terminal;
using Pieces.Metadata;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>Shows how far the hashing of what is on the disk has come.</summary>
internal sealed class CheckDisplay : IProgress<CheckProgress>
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private Action? _begun;
    private CheckProgress _value;

    /// <summary>Runs a check to its end and shows it meanwhile.</summary>
    /// <param name="context">Where it is shown.</param>
    /// <param name="metainfo">What is checked.</param>
    /// <param name="directory">The folder that contains it.</param>
    /// <param name="check">Begins the check.</param>
    public static Task<T> RunAsync<T>(CliContext context, Metainfo metainfo, string directory, Func<IProgress<CheckProgress>, Task<T>> check) =>
        RunAsync(context, TransferSubject.Of(metainfo, directory), ProgressStyle.Auto, check);

    /// <summary>The same for what has yet to become a torrent.</summary>
    /// <param name="context">Where it is shown.</param>
    /// <param name="name">What people call it.</param>
    /// <param name="style">How it is shown.</param>
    /// <param name="check">Begins the hashing.</param>
    public static Task<T> RunAsync<T>(CliContext context, string name, ProgressStyle style, Func<IProgress<CheckProgress>, Task<T>> check)
    {
        // A block shows how far it is; lines would first have to say what it is, which is not known yet.
        Action? begun = null;
        if (ProgressViews.Resolve(style, context) == ProgressStyle.Plain)
        {
            begun = () => context.Messages.Progress($"{name}: hashing");
            style = ProgressStyle.None;
        }

        return RunAsync(context, new TransferSubject(name, 0, 0, 0, 0, string.Empty), style, check, begun);
    }

    private static async Task<T> RunAsync<T>(
        CliContext context, TransferSubject subject, ProgressStyle style, Func<IProgress<CheckProgress>, Task<T>> check, Action? begun = null)
    {
        await using IProgressView view = ProgressViews.Create(context, style);
        var latest = new CheckDisplay { _begun = begun };
        Task<T> running = check(latest);
        using var timer = new PeriodicTimer(TickInterval, context.TimeProvider);
        Task tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        while (await Task.WhenAny(running, tick) != running)
        {
            CheckProgress now = latest.Value;
            var snapshot = new TorrentSnapshot { Phase = TorrentPhase.Checking, BytesChecked = now.BytesChecked, BytesToCheck = now.BytesToCheck };
            view.Show([new TransferStatus(subject, snapshot)]);
            tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        }

        return await running;
    }

    // Written by the threads of the check, read by the display.
    private CheckProgress Value
    {
        get
        {
            lock (_lock)
                return _value;
        }
    }

    /// <inheritdoc/>
    public void Report(CheckProgress value)
    {
        Action? begun;
        lock (_lock)
        {
            _value = value;
            begun = _begun;
            _begun = null;
        }

        // Only now: what cannot be hashed at all is refused without a word of hashing.
        begun?.Invoke();
    }
}
