using Pieces.Cli.Failures;
using Pieces.Cli.Sources;
using Pieces.Metadata;

namespace Pieces.Cli.Transfers;

/// <summary>Stores the metadata of a magnet link after a successful download, so that the same command needs no peer to fetch it again.</summary>
internal sealed class LinkObserver : TransferObserver
{
    private readonly LinkCache _cache;
    private readonly TransferObserver _audience;

    /// <param name="cache">Where it is stored.</param>
    /// <param name="audience">Receives a remark if it cannot be stored.</param>
    public LinkObserver(LinkCache cache, TransferObserver audience)
    {
        _cache = cache;
        _audience = audience;
    }

    /// <inheritdoc/>
    public override Task<Outcome> SettleAsync(TransferItem item, Outcome verdict)
    {
        if (verdict.Code == ExitCode.Success && item is { IsLink: true, Metainfo: { } metainfo })
            Keep(item, metainfo);
        return Task.FromResult(verdict);
    }

    private void Keep(TransferItem item, Metainfo metainfo)
    {
        try
        {
            _cache.Keep(metainfo);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _audience.Remark(item, $"the link's metadata is not saved, so the next run must fetch it again: {Outcome.Reason(e)}");
        }
    }
}
