using Pieces.Cli.Progress;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Transfers;

/// <summary>Messages for people at the beginning and at the end of a torrent. They depend on the command.</summary>
internal interface ITransferText
{
    /// <summary>Returns the lines for <c>-v</c>: destination, listen port, and how peers are found.</summary>
    IEnumerable<string> Begin(TransferItem item, int listenPort);

    /// <summary>Reports the end of a torrent that has not failed.</summary>
    /// <param name="transfer">The torrent in its last state.</param>
    /// <param name="view">The display.</param>
    /// <param name="messages">Prints the lines.</param>
    void End(TransferStatus transfer, IProgressView view, Messages messages);
}
