using Pieces.Cli.Progress;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Transfers;

/// <summary>What people are told of a torrent at its beginning and at its end, which depends on what the command is for.</summary>
internal interface ITransferText
{
    /// <summary>Lines for those who asked with <c>-v</c>: what goes where, how peers reach us, who is asked for peers.</summary>
    IEnumerable<string> Begin(TransferItem item, int listenPort);

    /// <summary>Tells how a torrent ended that did not fail.</summary>
    /// <param name="transfer">The torrent in its last state.</param>
    /// <param name="view">The display.</param>
    /// <param name="messages">Takes lines.</param>
    void End(TransferStatus transfer, IProgressView view, Messages messages);
}
