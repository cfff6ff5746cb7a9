using System.Collections.Immutable;
using Pieces.Cli.Progress;
using Pieces.Cli.Sources;
using Pieces.Metadata;

namespace Pieces.Cli.Transfers;

/// <summary>
/// One source of a run, and what came of it so far. Each source has one before it is loaded and another one after; that of a magnet link learns once what
/// the link is about. Safe for all threads.
/// </summary>
internal sealed class TransferItem
{
    private readonly string? _name;
    private readonly string? _location;
    private volatile Known? _known;

    /// <summary>A source that is not loaded yet, or cannot be.</summary>
    /// <param name="source">How it is called in messages: no secret is in it.</param>
    public TransferItem(string source) => Source = source;

    /// <summary>A source that is loaded.</summary>
    /// <param name="source">How it is called in messages.</param>
    /// <param name="torrent">What it holds.</param>
    /// <param name="directory">The folder that contains its file or top folder, or will.</param>
    /// <param name="selected">Indexes of the files that are wanted, or null for all.</param>
    public TransferItem(string source, TransferSource torrent, string directory, ImmutableArray<int>? selected = null)
    {
        Source = source;
        _name = torrent.Name;
        _known = new Known(torrent.Metainfo, torrent.Subject(directory, selected));
        _location = torrent.Location;
        InfoHash = torrent.InfoHash.ToString();
        Trackers = torrent.Trackers;
        IsLink = torrent.IsLink;
    }

    /// <summary>A source that is a torrent.</summary>
    public TransferItem(string source, Metainfo metainfo, string directory, ImmutableArray<int>? selected = null)
        : this(source, new TransferSource(metainfo), directory, selected)
    {
    }

    /// <summary>How the source is called in messages.</summary>
    public string Source { get; }

    /// <summary>What it holds, or null before it is known.</summary>
    public Metainfo? Metainfo => _known?.Metainfo;

    /// <summary>What people are told of it, or null before it is known.</summary>
    public TransferSubject? Subject => _known?.Subject;

    /// <summary>Its info-hash in hexadecimal, or null before it is known.</summary>
    public string? InfoHash { get; }

    /// <summary>Whether it was given as a link.</summary>
    public bool IsLink { get; }

    /// <summary>Its own trackers.</summary>
    public ImmutableArray<string> Trackers { get; } = [];

    /// <summary>The torrent's name, or the link's or the source's before that is known.</summary>
    public string Name => Metainfo?.Name ?? _name ?? Source;

    /// <summary>
    /// Path of its file or top folder, or, of several that lie in no folder of their own, of the folder that holds them. To
    /// be asked when it is known what it is.
    /// </summary>
    public string Path => _location ?? System.IO.Path.Join(Subject!.Directory, Name);

    /// <summary>What a magnet link is about has been fetched.</summary>
    /// <param name="metainfo">What it is.</param>
    /// <param name="selected">Indexes of the files that are wanted, or null for all.</param>
    public void Learn(Metainfo metainfo, ImmutableArray<int>? selected) =>
        _known = new Known(metainfo, TransferSubject.Of(metainfo, _known!.Subject.Directory, selected));

    private sealed record Known(Metainfo? Metainfo, TransferSubject Subject);
}
