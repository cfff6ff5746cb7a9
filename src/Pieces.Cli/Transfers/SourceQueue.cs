using Pieces.Cli.Sources;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Cli.Transfers;

/// <summary>
/// The sources of a run: the waiting ones, the number of occupied jobs, the number of unfinished sources, and the results of the others. Used by one
/// task.
/// </summary>
internal sealed class SourceQueue
{
    private readonly Queue<string> _waiting;
    private readonly int _maxJobs;
    private readonly HashSet<InfoHash> _seen = [];
    private readonly ILookup<InfoHash, (string Text, MagnetLink Link)> _links;
    private readonly List<SourceResult> _results = [];
    private int _open;
    private int _jobs;

    /// <param name="sources">The sources, in order.</param>
    /// <param name="maxJobs">Maximum number of sources that are loaded, checked or downloaded at the same time.</param>
    public SourceQueue(IEnumerable<string> sources, int maxJobs)
    {
        _waiting = new Queue<string>(sources);
        _links = LinksIn(_waiting).ToLookup(given => given.Link.InfoHash);
        _maxJobs = maxJobs;
    }

    /// <summary>Returns further magnet links to the torrent of a source, whether they are waiting or have started.</summary>
    /// <param name="infoHash">The info-hash of the torrent.</param>
    /// <param name="source">The source itself.</param>
    public IReadOnlyList<MagnetLink> OtherLinks(InfoHash infoHash, string source) =>
        [.. _links[infoHash].Where(given => given.Text != source).Select(given => given.Link)];

    /// <summary>Number of waiting sources.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>The next waiting source, or null.</summary>
    public string? Next => _waiting.TryPeek(out string? source) ? source : null;

    /// <summary>Whether another source may start.</summary>
    public bool HasFreeJob => _jobs < _maxJobs;

    /// <summary>Whether a source has started and not finished.</summary>
    public bool IsOpen => _open > 0;

    /// <summary>Number of sources that have started and not finished.</summary>
    public int Open => _open;

    /// <summary>The results of the finished sources, in the order in which they finished.</summary>
    public IReadOnlyList<SourceResult> Results => _results;

    /// <summary>Removes the next source without starting it.</summary>
    public void Skip() => _waiting.Dequeue();

    /// <summary>Starts the next source, which occupies a job.</summary>
    public string Begin()
    {
        _jobs++;
        _open++;
        return _waiting.Dequeue();
    }

    /// <summary>Whether a torrent occurs for the first time.</summary>
    public bool IsNew(InfoHash infoHash) => _seen.Add(infoHash);

    /// <summary>Frees the job of a source that has nothing more to download.</summary>
    public void FreeJob() => _jobs--;

    /// <summary>Notes that a source has finished. Its job must be free already.</summary>
    public void Close() => _open--;

    /// <summary>Notes that a source has finished that still occupied its job.</summary>
    public void Abandon()
    {
        _jobs--;
        _open--;
    }

    // An invalid link is ignored here, because its error is reported when it is loaded.
    private static IEnumerable<(string Text, MagnetLink Link)> LinksIn(Queue<string> sources)
    {
        if (sources.Count < 2)
            yield break;
        foreach (string source in sources)
        {
            if (MagnetLink.IsLink(LinkText.Clean(source)) && SourceLoader.TryLinkIn(source) is { } link)
                yield return (source, link);
        }
    }

    /// <summary>Adds the result of a source.</summary>
    public void Conclude(SourceResult result) => _results.Add(result);
}
