using System.Text;

namespace Pieces.Cli.Selection;

/// <summary>
/// A pattern for paths: <c>*</c> and <c>?</c> within a name, <c>**</c> across folders, <c>[a-z]</c>, <c>[!a-z]</c>, <c>{one,other}</c>. Matching is
/// case-sensitive. Each character of a path is tested at most once against each step of the pattern, so no pattern takes exponential time. Not
/// thread-safe.
/// </summary>
internal sealed class Glob
{
    /// <summary>Maximum length of a pattern, in characters.</summary>
    public const int MaxLength = 1024;

    private readonly GlobStep[] _steps;
    private readonly Stack<int> _pending = new();
    private readonly int[] _seen;
    private List<int> _current = [];
    private List<int> _following = [];
    private int _round;

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="FormatException">The pattern is empty or too long.</exception>
    public Glob(string pattern)
    {
        if (pattern.Length is 0 or > MaxLength)
            throw new FormatException(pattern.Length == 0 ? "the pattern is empty" : $"the pattern is longer than {MaxLength} characters");
        _steps = GlobCompiler.Compile(pattern);
        _seen = new int[_steps.Length];
    }

    /// <summary>Whether the pattern matches a whole path. The path's components are separated by slashes.</summary>
    public bool IsMatch(string path)
    {
        _current.Clear();
        _round++;
        Reach(0, _current);
        foreach (Rune rune in path.EnumerateRunes())
        {
            _following.Clear();
            _round++;
            foreach (int step in _current)
            {
                if (Takes(_steps[step], rune))
                    Reach(step + 1, _following);
            }

            if (_following.Count == 0)
                return false;
            (_current, _following) = (_following, _current);
        }

        return _current.Contains(_steps.Length - 1);
    }

    private static bool Takes(GlobStep step, Rune rune) => step.Action switch
    {
        GlobAction.Character => step.Character == rune,
        GlobAction.AnyInName => rune.Value != '/',
        GlobAction.Any => true,
        GlobAction.Set => rune.Value != '/' && step.Set!.Contains(rune),
        _ => false,
    };

    // Adds the steps that are reachable from this step through jumps and forks. Each step is added at most once per round.
    private void Reach(int first, List<int> into)
    {
        _pending.Push(first);
        while (_pending.TryPop(out int at))
        {
            if (_seen[at] == _round)
                continue;
            _seen[at] = _round;
            GlobStep step = _steps[at];
            if (step.Action is GlobAction.Fork or GlobAction.Jump)
                _pending.Push(step.To);
            if (step.Action == GlobAction.Fork)
                _pending.Push(step.Or);
            if (step.Action is not (GlobAction.Fork or GlobAction.Jump))
                into.Add(at);
        }
    }
}
