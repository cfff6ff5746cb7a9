using System.Collections.Immutable;
using System.Globalization;
using Pieces.Cli.Failures;
using Pieces.Metadata;

namespace Pieces.Cli.Selection;

/// <summary>
/// Which files of a torrent are wanted: those that some selecting pattern means, or all where there is none, less those that an excluding one means.
/// </summary>
/// <param name="Selecting">Values of <c>--select</c>.</param>
/// <param name="Excluding">Values of <c>--exclude</c>.</param>
internal sealed record FileSelection(ImmutableArray<FilePattern> Selecting, ImmutableArray<FilePattern> Excluding)
{
    private const string Hint = "'pieces show --files' lists them";

    /// <summary>Everything.</summary>
    public static FileSelection All { get; } = new([], []);

    /// <summary>Whether nothing is left out.</summary>
    public bool IsAll => Selecting.IsEmpty && Excluding.IsEmpty;

    /// <summary>Chooses among the files of a torrent.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="warn">Hears of patterns that mean no file while others do.</param>
    /// <returns>Indexes of the chosen files in the metainfo, ascending; null for all.</returns>
    /// <exception cref="FailureException">Nothing is chosen; the message names the pattern.</exception>
    public ImmutableArray<int>? Choose(Metainfo metainfo, Action<string> warn)
    {
        if (IsAll)
            return null;
        SelectableFile[] files = [.. SelectableFile.Of(metainfo)];
        var selects = new Counter("--select", Selecting, files.Length);
        var excludes = new Counter("--exclude", Excluding, files.Length);
        var chosen = ImmutableArray.CreateBuilder<int>();
        foreach (SelectableFile file in files)
        {
            bool isSelected = selects.Count(file) || Selecting.IsEmpty;
            if (!excludes.Count(file) && isSelected)
                chosen.Add(file.Entry.Index);
        }

        if (chosen.Count == 0)
            throw new FailureException(ExitCode.BadTorrent, $"{metainfo.Name}: {WhyNothing(selects)} ({Hint})");
        foreach (string idle in selects.Idle.Concat(excludes.Idle).Concat(selects.Beyond).Concat(excludes.Beyond))
            warn($"{metainfo.Name}: {idle}");
        return chosen.Count == files.Length ? null : chosen.DrainToImmutable();
    }

    /// <summary>
    /// As <see cref="Choose"/>, for a link that may select files itself: null only where the user says nothing, so that the link's word counts.
    /// </summary>
    public ImmutableArray<int>? ChooseOfLink(Metainfo metainfo, Action<string> warn) =>
        IsAll ? null : Choose(metainfo, warn) ?? [.. SelectableFile.Of(metainfo).Select(file => file.Entry.Index)];

    private string WhyNothing(Counter selects)
    {
        string[] idle = [.. selects.Idle];
        if (idle.Length == 0 || idle.Length < Selecting.Length)
            return Selecting.IsEmpty ? "--exclude leaves no file" : "--select and --exclude leave no file";
        return idle.Length == 1 ? idle[0] : string.Create(CultureInfo.InvariantCulture, $"{idle[0]}, nor does any of {idle.Length - 1} more");
    }

    /// <summary>Counts how often each pattern of a flag meant a file.</summary>
    private sealed class Counter
    {
        private readonly string _flag;
        private readonly ImmutableArray<FilePattern> _patterns;
        private readonly int[] _hits;
        private readonly int _files;

        public Counter(string flag, ImmutableArray<FilePattern> patterns, int files)
        {
            _flag = flag;
            _patterns = patterns;
            _hits = new int[patterns.Length];
            _files = files;
        }

        /// <summary>Patterns that meant no file, in words.</summary>
        public IEnumerable<string> Idle => Where(i => _hits[i] == 0, i => _patterns[i].Last > 0 ? " is " + BeyondAll : " matches no file");

        /// <summary>Ranges of which a part is beyond the last file, in words.</summary>
        public IEnumerable<string> Beyond => Where(i => _hits[i] > 0 && _patterns[i].Last > _files, _ => " goes " + BeyondAll);

        private string BeyondAll => string.Create(CultureInfo.InvariantCulture, $"beyond the last file, which is {_files}");

        public bool Count(SelectableFile file)
        {
            bool isMatch = false;
            for (int i = 0; i < _patterns.Length; i++)
            {
                if (!_patterns[i].IsMatch(file))
                    continue;
                _hits[i]++;
                isMatch = true;
            }

            return isMatch;
        }

        private IEnumerable<string> Where(Func<int, bool> isMeant, Func<int, string> fact) =>
            Enumerable.Range(0, _patterns.Length).Where(isMeant).Select(i => $"{_flag} \"{_patterns[i].Text}\"{fact(i)}");
    }
}
