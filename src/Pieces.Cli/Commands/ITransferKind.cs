using Pieces.Cli.Events;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Serilog;

namespace Pieces.Cli.Commands;

/// <summary>What distinguishes the commands that run transfers (download, seed, share) from each other.</summary>
internal interface ITransferKind
{
    /// <summary>Creates the parts of a run that only this command needs.</summary>
    /// <param name="context">Output, messages, clock and signals of the run.</param>
    /// <param name="events">Writes events for programs; null if the output is for people.</param>
    /// <param name="stop">Ends the run.</param>
    TransferParts Start(CliContext context, EventWriter? events, RunStop stop);
}

/// <summary>The parts of a run that are specific to its command.</summary>
/// <param name="Text">The messages for people about each torrent.</param>
/// <param name="Observers">Observers in addition to those that every run has.</param>
/// <param name="Host">Creates the host of the torrents from a client. The host then owns that client.</param>
internal sealed record TransferParts(ITransferText Text, IReadOnlyList<TransferObserver> Observers, HostFactory Host);

/// <summary>Creates the host of a run's torrents.</summary>
/// <param name="client">The client. The host disposes it.</param>
/// <param name="warn">Called with each warning that concerns the whole run.</param>
/// <param name="logger">The logger that the host uses.</param>
internal delegate ITransferHost HostFactory(ClientHost client, Action<string> warn, ILogger logger);
