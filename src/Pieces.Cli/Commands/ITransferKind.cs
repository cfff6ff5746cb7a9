using Pieces.Cli.Events;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Serilog;

namespace Pieces.Cli.Commands;

/// <summary>What distinguishes one command that runs transfers from another.</summary>
internal interface ITransferKind
{
    /// <summary>Makes what a run needs beside what every run has.</summary>
    /// <param name="context">What every command is given.</param>
    /// <param name="events">Takes events for programs; null where people are told instead.</param>
    /// <param name="stop">Ends the run.</param>
    TransferParts Start(CliContext context, EventWriter? events, RunStop stop);
}

/// <summary>What a run has beside what every run has.</summary>
/// <param name="Text">What people are told of each torrent.</param>
/// <param name="Observers">Observers beside those that every run has.</param>
/// <param name="Host">Makes the host of the torrents around a client, which that host owns from then on.</param>
internal sealed record TransferParts(ITransferText Text, IReadOnlyList<TransferObserver> Observers, HostFactory Host);

/// <summary>Makes the host of a run's torrents.</summary>
/// <param name="client">The client; the host disposes it.</param>
/// <param name="warn">Takes warnings about the whole run.</param>
/// <param name="logger">Where the host logs.</param>
internal delegate ITransferHost HostFactory(ClientHost client, Action<string> warn, ILogger logger);
