using Pieces.Cli.Events;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;

namespace Pieces.Cli.Commands;

/// <summary><c>download</c> and <c>seed</c>: the client itself hosts the torrents, and the run has no observers of its own.</summary>
internal sealed class SwarmKind : ITransferKind
{
    private readonly TransferSettings _settings;

    public SwarmKind(TransferSettings settings) => _settings = settings;

    /// <inheritdoc/>
    public TransferParts Start(CliContext context, EventWriter? events, RunStop stop) =>
        new(new SwarmText(_settings), [], static (client, _, _) => client);
}
