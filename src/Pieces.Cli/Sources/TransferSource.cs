using System.Collections.Immutable;
using Pieces.Cli.Progress;
using Pieces.Cli.Selection;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Cli.Sources;

/// <summary>The source of a transfer: a torrent, or a magnet link whose metadata must be fetched first.</summary>
internal sealed class TransferSource
{
    private readonly MagnetLink? _link;
    private IReadOnlyList<MagnetLink> _more = [];

    public TransferSource(Metainfo metainfo) => Metainfo = metainfo;

    public TransferSource(MagnetLink link) => _link = link;

    /// <summary>The metainfo; null if it must be fetched first.</summary>
    public Metainfo? Metainfo { get; }

    /// <summary>Whether the source is a magnet link.</summary>
    public bool IsLink => _link is not null;

    /// <summary>Adds the trackers and peers of further magnet links to the same torrent.</summary>
    public void Add(IReadOnlyList<MagnetLink> links) => _more = links;

    /// <summary>
    /// Full path of existing content whose location is not derived from the torrent's name; null if the content belongs below the output folder.
    /// </summary>
    public string? Location { get; init; }

    /// <summary>The trackers of the torrent or magnet link.</summary>
    public ImmutableArray<string> Trackers => Metainfo is null ? _link!.Trackers : [.. Metainfo.Trackers.SelectMany(tier => tier)];

    /// <summary>The info-hash, which identifies the swarm.</summary>
    public InfoHash InfoHash => Metainfo?.InfoHash ?? _link!.InfoHash;

    /// <summary>The name to display before the transfer begins.</summary>
    public string Name => Metainfo?.Name ?? SubjectOf(_link!, "").Name;

    /// <summary>Warnings about what was changed or omitted while the source was parsed, one line each.</summary>
    public ImmutableArray<string> Warnings => Metainfo?.Warnings ?? _link!.Warnings;

    /// <summary>Remarks about unusual but harmless contents, one line each.</summary>
    public ImmutableArray<string> Remarks => Metainfo?.Remarks ?? [];

    /// <summary>Returns the description to display before the transfer begins.</summary>
    public TransferSubject Subject(string directory, ImmutableArray<int>? selected = null) =>
        Metainfo is not null ? TransferSubject.Of(Metainfo, directory, selected) : SubjectOf(_link!, directory);

    /// <summary>Returns the metainfo. For a magnet link it returns the metainfo that an earlier run has stored in the folder, or null.</summary>
    /// <exception cref="MetainfoException">The stored data is not a usable torrent.</exception>
    public Metainfo? FindIn(string directory) => Metainfo ?? DownloadPlanner.FindKept(_link!, directory);

    /// <summary>Selects among the files of the torrent. The user's selection takes precedence over that of the magnet link.</summary>
    /// <param name="selection">The user's selection.</param>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="warn">Called for each pattern that matches no file although files are selected.</param>
    /// <returns>Indexes of the selected files; null for all files.</returns>
    public ImmutableArray<int>? Choose(FileSelection selection, Metainfo metainfo, Action<string> warn) =>
        _link is null ? selection.Choose(metainfo, warn) : selection.ChooseOfLink(metainfo, warn) ?? _link.FilesOf(metainfo);

    /// <summary>Starts the torrent.</summary>
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
