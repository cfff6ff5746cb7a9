using Pieces.Cli.Terminal;
using Pieces.Metadata;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>Shows the progress of hashing existing data.</summary>
internal sealed class CheckDisplay : IProgress<CheckProgress>
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private Action? _begun;
    private CheckProgress _value;

    /// <summary>Runs a check of a torrent's data to its end and shows its progress.</summary>
    /// <param name="context">Output, messages and clock of the run.</param>
    /// <param name="metainfo">The torrent that is checked.</param>
    /// <param name="directory">The folder that contains its data.</param>
    /// <param name="check">Starts the check.</param>
    public static Task<T> RunAsync<T>(CliContext context, Metainfo metainfo, string directory, Func<IProgress<CheckProgress>, Task<T>> check) =>
        RunAsync(context, TransferSubject.Of(metainfo, directory), ProgressStyle.Auto, check);

    /// <summary>Runs the hashing of content that is not a torrent yet, and shows its progress.</summary>
    /// <param name="context">Output, messages and clock of the run.</param>
    /// <param name="name">The name to display.</param>
    /// <param name="style">The style of the display.</param>
    /// <param name="check">Starts the hashing.</param>
    public static Task<T> RunAsync<T>(CliContext context, string name, ProgressStyle style, Func<IProgress<CheckProgress>, Task<T>> check)
    {
        // The first line of the plain display contains the size and the number of files. Neither is known yet, so a line without them replaces
        // the whole display.
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

        // The message is printed only now, at the first progress, so that input that cannot be hashed is rejected without it.
        begun?.Invoke();
    }
}
