using Pieces.Cli.Events;
using Pieces.Cli.Share;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;

namespace Pieces.Cli.Commands;

/// <summary><c>share</c>: a tracker runs beside the client, and completed downloads of other peers are counted.</summary>
internal sealed class ShareKind : ITransferKind
{
    private readonly TransferSettings _settings;
    private readonly SharePlan _plan;

    public ShareKind(TransferSettings settings, SharePlan plan)
    {
        _settings = settings;
        _plan = plan;
    }

    /// <inheritdoc/>
    public TransferParts Start(CliContext context, EventWriter? events, RunStop stop)
    {
        IShareAudience audience = events is null
            ? new ShareLines(context.Output, context.Messages, _plan.Times, stop.FailOutput)
            : new ShareEvents(events, _plan.Times);
        var run = new ShareRun(_plan, audience, stop.Finish);
        return new TransferParts(
            new ShareText(_settings, run),
            [new ShareObserver(run, audience)],
            (client, warn, logger) => new ShareHost(client, run, _settings.Client.Binding?.Address, context.TimeProvider, logger) { Warn = warn });
    }
}
