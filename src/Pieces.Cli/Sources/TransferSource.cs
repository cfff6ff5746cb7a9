using System.Collections.Immutable;
using Pieces.Cli.Progress;
using Pieces.Cli.Selection;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Cli.Sources;

/// <summary>What a transfer begins with: a torrent, or a link of which the torrent is fetched first.</summary>
internal sealed class TransferSource
{
    private readonly MagnetLink? _link;
    private IReadOnlyList<MagnetLink> _more = [];

    public TransferSource(Metainfo metainfo) => Metainfo = metainfo;

    public TransferSource(MagnetLink link) => _link = link;

    /// <summary>The torrent, or null when it has yet to be fetched.</summary>
    public Metainfo? Metainfo { get; }

    /// <summary>Whether it was given as a link.</summary>
    public bool IsLink => _link is not null;

    /// <summary>Adds the trackers and peers of further links to the same torrent.</summary>
    public void Add(IReadOnlyList<MagnetLink> links) => _more = links;

    /// <summary>Full path of what it describes, where that lies already and not under the torrent's name; null for below the output folder.</summary>
    public string? Location { get; init; }

    /// <summary>Its own trackers.</summary>
    public ImmutableArray<string> Trackers => Metainfo is null ? _link!.Trackers : [.. Metainfo.Trackers.SelectMany(tier => tier)];

    /// <summary>The swarm.</summary>
    public InfoHash InfoHash => Metainfo?.InfoHash ?? _link!.InfoHash;

    /// <summary>What people are told at first.</summary>
    public string Name => Metainfo?.Name ?? SubjectOf(_link!, "").Name;

    /// <summary>What was changed or left out while it was read, one line each.</summary>
    public ImmutableArray<string> Warnings => Metainfo?.Warnings ?? _link!.Warnings;

    /// <summary>What is odd in it and harmless, one line each.</summary>
    public ImmutableArray<string> Remarks => Metainfo?.Remarks ?? [];

    /// <summary>What people are told of it at first.</summary>
    public TransferSubject Subject(string directory, ImmutableArray<int>? selected = null) =>
        Metainfo is not null ? TransferSubject.Of(Metainfo, directory, selected) : SubjectOf(_link!, directory);

    /// <summary>The torrent; of a link, what an earlier run has left of it in a folder, or null.</summary>
    /// <exception cref="MetainfoException">What is left is no torrent that can be used.</exception>
    public Metainfo? FindIn(string directory) => Metainfo ?? DownloadPlanner.FindKept(_link!, directory);

    /// <summary>Chooses among its files: the user's word comes before that of a link.</summary>
    /// <param name="selection">The user's word.</param>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="warn">Hears of patterns that mean no file while others do.</param>
    /// <returns>Indexes of the chosen files, or null for all.</returns>
    public ImmutableArray<int>? Choose(FileSelection selection, Metainfo metainfo, Action<string> warn) =>
        _link is null ? selection.Choose(metainfo, warn) : selection.ChooseOfLink(metainfo, warn) ?? _link.FilesOf(metainfo);

    /// <summary>Starts it.</summary>
    public Task<Torrent> AddToAsync(TorrentClient client, TorrentOptions options, CancellationToken cancellationToken)
    {
        if (_more.Count > 0)
        {
            options = options with
            {
                ExtraTrackers = [.. options.ExtraTrackers, .. _more.SelectMany(link => link.Trackers).Except(Trackers, StringComparer.Ordinal)],
                Peers = [.. options.Peers, .. _more.SelectMany(link => link.Peers)],
            };
        }

        return Metainfo is not null ? client.AddAsync(Metainfo, options, cancellationToken) : client.AddAsync(_link!, options, cancellationToken);
    }

    private static TransferSubject SubjectOf(MagnetLink link, string directory) =>
        new(string.IsNullOrEmpty(link.Name) ? link.InfoHash.ToString() : link.Name, 0, 0, 0, 0, directory);
}
