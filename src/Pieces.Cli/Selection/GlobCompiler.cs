using System.Text;

namespace Pieces.Cli.Selection;

/// <summary>
/// Compiles a glob into steps. A character without its counterpart, such as a single bracket, is literal. A backslash makes the next character
/// literal.
/// </summary>
internal sealed class GlobCompiler
{
    private static readonly Rune Slash = new('/');

    private readonly Rune[] _text;
    private readonly List<GlobStep> _steps = [];
    private int _next;

    private GlobCompiler(string pattern) => _text = [.. pattern.EnumerateRunes()];

    /// <summary>Compiles a pattern. The last step accepts.</summary>
    public static GlobStep[] Compile(string pattern)
    {
        var compiler = new GlobCompiler(pattern);
        compiler.Sequence(depth: 0);
        compiler._steps.Add(new GlobStep(GlobAction.Accept));
        return [.. compiler._steps];
    }

    private void Sequence(int depth)
    {
        while (_next < _text.Length)
        {
            int c = _text[_next].Value;
            if (depth > 0 && c is ',' or '}')
                return;
            if (c == '*')
                Stars();
            else if (c == '?')
                Take(new GlobStep(GlobAction.AnyInName));
            else if (c == '{' && ClosesBrace(_next))
                Alternatives(depth + 1);
            else if (c != '[' || !TrySet())
                Literal();
        }
    }

    private void Take(GlobStep step)
    {
        _steps.Add(step);
        _next++;
    }

    private void Literal()
    {
        if (_text[_next].Value == '\\' && _next + 1 < _text.Length)
            _next++;
        Take(new GlobStep(GlobAction.Character, _text[_next]));
    }

    // "**" matches across folders only if it is a whole path component. "**/" also matches no folder at all.
    private void Stars()
    {
        int begin = _next;
        while (_next < _text.Length && _text[_next].Value == '*')
            _next++;
        bool beginsName = begin == 0 || _text[begin - 1] == Slash;
        bool endsName = _next == _text.Length || _text[_next] == Slash;
        if (_next - begin != 2 || !beginsName || !endsName)
        {
            Loop(GlobAction.AnyInName);
            return;
        }

        if (_next == _text.Length)
        {
            Loop(GlobAction.Any);
            return;
        }

        int fork = Reserve();
        Loop(GlobAction.Any);
        Take(new GlobStep(GlobAction.Character, Slash));
        _steps[fork] = new GlobStep(GlobAction.Fork, To: fork + 1, Or: _steps.Count);
    }

    private void Loop(GlobAction action)
    {
        int fork = Reserve();
        _steps.Add(new GlobStep(action));
        _steps.Add(new GlobStep(GlobAction.Jump, To: fork));
        _steps[fork] = new GlobStep(GlobAction.Fork, To: fork + 1, Or: _steps.Count);
    }

    private void Alternatives(int depth)
    {
        var ends = new List<int>();
        while (true)
        {
            _next++;
            int begin = Reserve();
            Sequence(depth);
            // If a set has consumed the closing brace, the alternatives end with the pattern.
            if (_next == _text.Length || _text[_next].Value == '}')
            {
                _steps[begin] = new GlobStep(GlobAction.Jump, To: begin + 1);
                break;
            }

            ends.Add(Reserve());
            _steps[begin] = new GlobStep(GlobAction.Fork, To: begin + 1, Or: _steps.Count);
        }

        if (_next < _text.Length)
            _next++;
        foreach (int end in ends)
            _steps[end] = new GlobStep(GlobAction.Jump, To: _steps.Count);
    }

    private int Reserve()
    {
        _steps.Add(default);
        return _steps.Count - 1;
    }

    private bool ClosesBrace(int at)
    {
        int depth = 0;
        for (int i = at; i < _text.Length; i++)
        {
            switch (_text[i].Value)
            {
                case '\\':
                    i++;
                    break;
                case '{':
                    depth++;
                    break;
                case '}' when --depth == 0:
                    return true;
            }
        }

        return false;
    }

    private bool TrySet()
    {
        int i = _next + 1;
        bool isNegated = i < _text.Length && _text[i].Value is '!' or '^';
        if (isNegated)
            i++;
        var ranges = new List<(Rune, Rune)>();
        for (int begin = i; i < _text.Length; i++)
        {
            // A closing bracket directly after the opening one is a character of the set.
            if (_text[i].Value == ']' && i > begin)
            {
                _next = i + 1;
                _steps.Add(new GlobStep(GlobAction.Set, Set: new GlobSet(ranges, isNegated)));
                return true;
            }

            if (_text[i].Value == '\\' && i + 1 < _text.Length)
                i++;
            Rune first = _text[i];
            bool isRange = i + 2 < _text.Length && _text[i + 1].Value == '-' && _text[i + 2].Value != ']';
            if (isRange)
                i += 2;
            ranges.Add((first, _text[i]));
        }

        return false;
    }
}
