using System.Collections.Immutable;
using Pieces.Cli.Progress;
using Pieces.Metadata;

namespace Pieces.Cli.Transfers;

/// <summary>One source of a run, and what came of it so far. Immutable; each source has one before it is loaded and another one after.</summary>
internal sealed class TransferItem
{
    /// <summary>A source that is not loaded yet, or cannot be.</summary>
    /// <param name="source">How it is called in messages: no secret is in it.</param>
    public TransferItem(string source) => Source = source;

    /// <summary>A source that is loaded.</summary>
    /// <param name="source">How it is called in messages.</param>
    /// <param name="metainfo">What it holds.</param>
    /// <param name="directory">The folder that contains its file or top folder, or will.</param>
    /// <param name="selected">Indexes of the files that are wanted, or null for all.</param>
    public TransferItem(string source, Metainfo metainfo, string directory, ImmutableArray<int>? selected = null)
    {
        Source = source;
        Metainfo = metainfo;
        Subject = TransferSubject.Of(metainfo, directory, selected);
        InfoHash = metainfo.InfoHash.ToString();
    }

    /// <summary>How the source is called in messages.</summary>
    public string Source { get; }

    /// <summary>What it holds, or null before it is known.</summary>
    public Metainfo? Metainfo { get; }

    /// <summary>What people are told of it, or null before it is known.</summary>
    public TransferSubject? Subject { get; }

    /// <summary>Its info-hash in hexadecimal, or null before it is known.</summary>
    public string? InfoHash { get; }

    /// <summary>The torrent's name, or the source's before that is known.</summary>
    public string Name => Metainfo?.Name ?? Source;
}
