using Pieces.Cli.Failures;
using Pieces.Cli.Progress;

namespace Pieces.Cli.Transfers;

/// <summary>Watches the torrents of a run until each has stopped: shows them, gives up where that is due, and passes on the signal to stop.</summary>
internal sealed class TransferWatch
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

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
        using var timer = new PeriodicTimer(TickInterval, _context.TimeProvider);
        using CancellationTokenRegistration stopping = _context.Signals.Token.Register(() => StopAll(sessions));
        Task<bool> tick = timer.WaitForNextTickAsync().AsTask();
        while (running.Count > 0)
        {
            _view.Show([.. running.Select(session => session.Status)]);
            await Task.WhenAny(running.Select(session => session.Ended).Append(tick));
            if (tick.IsCompleted)
                tick = timer.WaitForNextTickAsync().AsTask();

            TimeSpan elapsed = _context.TimeProvider.GetElapsedTime(began);
            foreach (TransferSession session in running.Where(session => !session.Ended.IsCompleted))
                session.Tick(elapsed);
            foreach (TransferSession session in running.Where(session => session.Ended.IsCompleted).ToArray())
            {
                running.Remove(session);
                codes.Add(Conclude(session));
            }
        }

        return codes;
    }

    private static void StopAll(IReadOnlyList<TransferSession> sessions)
    {
        foreach (TransferSession session in sessions)
            session.Stop();
    }

    private ExitCode Conclude(TransferSession session)
    {
        Outcome verdict = session.Verdict(_context.Signals.Code);
        if (verdict.Code == ExitCode.Success || verdict.Message is null)
            _view.Finish(session.Status);
        else
            _context.Messages.Failure(verdict);
        return verdict.Code;
    }
}
