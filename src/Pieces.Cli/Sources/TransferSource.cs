using System.Collections.Immutable;
using Pieces.Cli.Progress;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Cli.Sources;

/// <summary>What a transfer begins with: a torrent, or a link of which the torrent is fetched first.</summary>
internal sealed class TransferSource
{
    private readonly Metainfo? _metainfo;
    private readonly MagnetLink? _link;

    public TransferSource(Metainfo metainfo) => _metainfo = metainfo;

    public TransferSource(MagnetLink link) => _link = link;

    /// <summary>The swarm.</summary>
    public InfoHash InfoHash => _metainfo?.InfoHash ?? _link!.InfoHash;

    /// <summary>What people are told at first.</summary>
    public string Name => _metainfo?.Name ?? SubjectOf(_link!, "").Name;

    /// <summary>What was changed or left out while it was read, one line each.</summary>
    public ImmutableArray<string> Warnings => _metainfo?.Warnings ?? _link!.Warnings;

    /// <summary>What people are told of it at first.</summary>
    public TransferSubject Subject(string directory) =>
        _metainfo is not null ? TransferSubject.Of(_metainfo, directory) : SubjectOf(_link!, directory);

    /// <summary>Starts it.</summary>
    public Task<Torrent> AddToAsync(TorrentClient client, TorrentOptions options, CancellationToken cancellationToken) =>
        _metainfo is not null ? client.AddAsync(_metainfo, options, cancellationToken) : client.AddAsync(_link!, options, cancellationToken);

    private static TransferSubject SubjectOf(MagnetLink link, string directory) =>
        new(string.IsNullOrEmpty(link.Name) ? link.InfoHash.ToString() : link.Name, 0, 0, 0, 0, directory);
}
