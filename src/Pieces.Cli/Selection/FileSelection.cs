using System.Collections.Immutable;
using System.Globalization;
using Pieces.Cli.Failures;
using Pieces.Metadata;

namespace Pieces.Cli.Selection;

/// <summary>
/// Selects files of a torrent: those that match a selecting pattern (all files if there is none), except those that match an excluding pattern.
/// </summary>
/// <param name="Selecting">Values of <c>--select</c>.</param>
/// <param name="Excluding">Values of <c>--exclude</c>.</param>
internal sealed record FileSelection(ImmutableArray<FilePattern> Selecting, ImmutableArray<FilePattern> Excluding)
{
    private const string Hint = "'pieces show --files' lists them";

    /// <summary>Selects all files.</summary>
    public static FileSelection All { get; } = new([], []);

    /// <summary>Whether all files are selected.</summary>
    public bool IsAll => Selecting.IsEmpty && Excluding.IsEmpty;

    /// <summary>Selects among the files of a torrent.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="warn">Called for each pattern that matches no file although files are selected.</param>
    /// <returns>Indexes of the selected files in the metainfo, ascending; null for all files.</returns>
    /// <exception cref="FailureException">No file is selected. The message names the pattern.</exception>
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
    /// Like <see cref="Choose"/>, for a magnet link that may select files itself. The result is null only if the user gave no selection, so that the
    /// link's selection applies.
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

    /// <summary>Counts how many files each pattern of a flag has matched.</summary>
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

        /// <summary>Messages about patterns that matched no file.</summary>
        public IEnumerable<string> Idle => Where(i => _hits[i] == 0, i => _patterns[i].Last > 0 ? " is " + BeyondAll : " matches no file");

        /// <summary>Messages about ranges that extend beyond the last file.</summary>
        public IEnumerable<string> Beyond => Where(i => _hits[i] > 0 && _patterns[i].Last > _files, _ => " goes " + BeyondAll);

        private string BeyondAll => string.Create(CultureInfo.InvariantCulture, $"beyond the last file, number {_files}");

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
