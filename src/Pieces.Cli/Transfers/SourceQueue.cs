using Pieces.Cli.Sources;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Cli.Transfers;

/// <summary>
/// The sources of a run: which of them wait, how many hold a job, how many are not done with, and how the others ended. Used by one task.
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

    /// <param name="sources">The sources, in their order.</param>
    /// <param name="maxJobs">Largest number of sources that are loaded, checked and downloaded at once.</param>
    public SourceQueue(IEnumerable<string> sources, int maxJobs)
    {
        _waiting = new Queue<string>(sources);
        _links = LinksIn(_waiting).ToLookup(given => given.Link.InfoHash);
        _maxJobs = maxJobs;
    }

    /// <summary>Further links to the torrent of a source, whether they wait or have begun.</summary>
    /// <param name="infoHash">The torrent.</param>
    /// <param name="source">The source itself.</param>
    public IReadOnlyList<MagnetLink> OtherLinks(InfoHash infoHash, string source) =>
        [.. _links[infoHash].Where(given => given.Text != source).Select(given => given.Link)];

    /// <summary>How many wait.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>The next source that waits, or null.</summary>
    public string? Next => _waiting.TryPeek(out string? source) ? source : null;

    /// <summary>Whether another source may begin.</summary>
    public bool HasFreeJob => _jobs < _maxJobs;

    /// <summary>Whether a source has begun and is not done with.</summary>
    public bool IsOpen => _open > 0;

    /// <summary>How many sources have begun and are not done with.</summary>
    public int Open => _open;

    /// <summary>How the sources ended, in the order in which they did.</summary>
    public IReadOnlyList<SourceResult> Results => _results;

    /// <summary>The next source is done with before it began.</summary>
    public void Skip() => _waiting.Dequeue();

    /// <summary>The next source begins: it takes a job.</summary>
    public string Begin()
    {
        _jobs++;
        _open++;
        return _waiting.Dequeue();
    }

    /// <summary>Whether a torrent is met for the first time.</summary>
    public bool IsNew(InfoHash infoHash) => _seen.Add(infoHash);

    /// <summary>A source has nothing more to fetch.</summary>
    public void FreeJob() => _jobs--;

    /// <summary>A source is done with, its job is free already.</summary>
    public void Close() => _open--;

    /// <summary>A source is done with that held its job until now.</summary>
    public void Abandon()
    {
        _jobs--;
        _open--;
    }

    // One that cannot be read is told when its turn comes.
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

    /// <summary>Notes how a source ended.</summary>
    public void Conclude(SourceResult result) => _results.Add(result);
}
