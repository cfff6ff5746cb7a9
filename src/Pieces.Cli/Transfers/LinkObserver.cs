using Pieces.Cli.Failures;
using Pieces.Cli.Sources;
using Pieces.Metadata;

namespace Pieces.Cli.Transfers;

/// <summary>Keeps what a magnet link is about once its download has succeeded, so that the same command again needs no peer.</summary>
internal sealed class LinkObserver : TransferObserver
{
    private readonly LinkCache _cache;
    private readonly TransferObserver _audience;

    /// <param name="cache">Where it is kept.</param>
    /// <param name="audience">Is told when it cannot be kept.</param>
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
            _audience.Remark(item, $"the link's metadata is not kept, so the same link needs a peer again: {Outcome.Reason(e)}");
        }
    }
}
