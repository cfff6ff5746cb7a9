using System.Threading.Channels;
using Pieces.Cli.Failures;
using Pieces.Cli.Progress;

namespace Pieces.Cli.Transfers;

/// <summary>Watches the torrents of a run until each has stopped: shows them, gives up where that is due, and passes on the signal to stop.</summary>
internal sealed class TransferWatch
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ManyInterval = TimeSpan.FromSeconds(1);

    // Beyond so many torrents nobody follows each of them four times a second.
    private const int Many = 50;

    private readonly CliContext _context;
    private readonly IProgressView _view;

    public TransferWatch(CliContext context, IProgressView view)
    {
        _context = context;
        _view = view;
    }

    /// <summary>Ends when all have; one code for each.</summary>
    public async Task<IReadOnlyList<ExitCode>> RunAsync(IReadOnlyList<TransferSession> sessions)
    {
        var codes = new List<ExitCode>();
        var running = new List<TransferSession>(sessions);
        long began = _context.TimeProvider.GetTimestamp();
        using var timer = new PeriodicTimer(sessions.Count > Many ? ManyInterval : TickInterval, _context.TimeProvider);
        using CancellationTokenRegistration stopping = _context.Signals.Token.Register(() => StopAll(sessions));
        var ended = Channel.CreateUnbounded<TransferSession>();
        Task[] ends = [.. sessions.Select(session => TellEndAsync(session, ended.Writer))];
        Task<bool> tick = timer.WaitForNextTickAsync().AsTask(), end = ended.Reader.WaitToReadAsync().AsTask();
        while (running.Count > 0)
        {
            if (!_context.Signals.IsReaderGone)
                _view.Show([.. running.Select(session => session.Status)]);
            await Task.WhenAny(end, tick);
            TimeSpan elapsed = _context.TimeProvider.GetElapsedTime(began);
            foreach (TransferSession session in running.Where(session => !session.Ended.IsCompleted))
                session.Tick(elapsed);
            while (ended.Reader.TryRead(out TransferSession? session))
            {
                running.Remove(session);
                codes.Add(Conclude(session));
            }

            if (tick.IsCompleted)
                tick = timer.WaitForNextTickAsync().AsTask();
            if (end.IsCompleted)
                end = ended.Reader.WaitToReadAsync().AsTask();
        }

        await Task.WhenAll(ends);
        return codes;
    }

    // One task for each: to wait for a thousand anew at every tick would cost more than all the rest.
    private static async Task TellEndAsync(TransferSession session, ChannelWriter<TransferSession> ended)
    {
        await session.Ended;
        ended.TryWrite(session);
    }

    private static void StopAll(IReadOnlyList<TransferSession> sessions)
    {
        foreach (TransferSession session in sessions)
            session.Stop();
    }

    private ExitCode Conclude(TransferSession session)
    {
        Outcome verdict = session.Verdict(_context.Signals.Code);
        if (verdict.Code == ExitCode.BrokenPipe)
            return verdict.Code;
        if (verdict.Code == ExitCode.Success || verdict.Message is null)
            _view.Finish(session.Status);
        else
            _context.Messages.Failure(verdict);
        return verdict.Code;
    }
}
