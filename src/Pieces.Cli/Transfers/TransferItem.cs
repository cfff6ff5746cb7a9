using System.Collections.Immutable;
using Pieces.Cli.Progress;
using Pieces.Cli.Sources;
using Pieces.Metadata;

namespace Pieces.Cli.Transfers;

/// <summary>
/// One source of a run and what is known about it. Each source has one item before it is loaded and another one afterwards. The item of a magnet link
/// receives the metainfo later. Thread-safe.
/// </summary>
internal sealed class TransferItem
{
    private readonly string? _name;
    private readonly string? _location;
    private volatile Known? _known;

    /// <summary>Creates the item of a source that is not loaded yet or cannot be loaded.</summary>
    /// <param name="source">The source as shown in messages, without secrets.</param>
    public TransferItem(string source) => Source = source;

    /// <summary>Creates the item of a loaded source.</summary>
    /// <param name="source">The source as shown in messages.</param>
    /// <param name="torrent">The loaded torrent or magnet link.</param>
    /// <param name="directory">The folder that contains or will contain the file or top folder.</param>
    /// <param name="selected">Indexes of the wanted files; null for all files.</param>
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

    /// <summary>Creates the item of a source that is a torrent.</summary>
    public TransferItem(string source, Metainfo metainfo, string directory, ImmutableArray<int>? selected = null)
        : this(source, new TransferSource(metainfo), directory, selected)
    {
    }

    /// <summary>The source as shown in messages.</summary>
    public string Source { get; }

    /// <summary>The metainfo; null until it is known.</summary>
    public Metainfo? Metainfo => _known?.Metainfo;

    /// <summary>The description for the display; null until the source is loaded.</summary>
    public TransferSubject? Subject => _known?.Subject;

    /// <summary>The info-hash in hexadecimal; null until the source is loaded.</summary>
    public string? InfoHash { get; }

    /// <summary>Whether the source is a magnet link.</summary>
    public bool IsLink { get; }

    /// <summary>The trackers of the torrent or magnet link.</summary>
    public ImmutableArray<string> Trackers { get; } = [];

    /// <summary>The name of the torrent. Until it is known, it is the name of the magnet link or of the source.</summary>
    public string Name => Metainfo?.Name ?? _name ?? Source;

    /// <summary>
    /// Path of the file or top folder. If several shared paths have no common top folder, it is the folder that contains them. Must not be read
    /// before the source is loaded.
    /// </summary>
    public string Path => _location ?? System.IO.Path.Join(Subject!.Directory, Name);

    /// <summary>Sets the fetched metainfo of a magnet link.</summary>
    /// <param name="metainfo">The metainfo.</param>
    /// <param name="selected">Indexes of the wanted files; null for all files.</param>
    public void Learn(Metainfo metainfo, ImmutableArray<int>? selected) =>
        _known = new Known(metainfo, TransferSubject.Of(metainfo, _known!.Subject.Directory, selected));

    private sealed record Known(Metainfo? Metainfo, TransferSubject Subject);
}
