using System.Text;

namespace Pieces.Cli.Parsing;

/// <summary>
/// Splits a command into words by the quoting rules of a POSIX shell. Other features of a shell, such as variables, patterns and pipes, are not
/// supported. A pure function.
/// </summary>
internal static class PosixWords
{
    /// <summary>Returns the words. There is at least one; the first names a program.</summary>
    /// <exception cref="FormatException">A quote is not closed, nothing follows a backslash, the text contains a NUL character, or it names no
    /// program.</exception>
    public static IReadOnlyList<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool hasWord = false;
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case ' ' or '\t' or '\n':
                    if (hasWord)
                        words.Add(word.ToString());
                    word.Clear();
                    hasWord = false;
                    break;
                case '\'':
                    hasWord = true;
                    i = TakeSingleQuoted(text, i, word);
                    break;
                case '"':
                    hasWord = true;
                    i = TakeDoubleQuoted(text, i, word);
                    break;
                case '\\' when i + 1 == text.Length:
                    throw new FormatException("nothing follows the backslash at the end");
                case '\\':
                    // A backslash before a line end is a line continuation: both are removed.
                    if (text[++i] == '\n')
                        break;
                    hasWord = true;
                    word.Append(text[i]);
                    break;
                default:
                    hasWord = true;
                    word.Append(text[i]);
                    break;
            }
        }

        if (hasWord)
            words.Add(word.ToString());
        if (words.Count == 0 || words[0].Length == 0)
            throw new FormatException("it names no program");
        return words.Exists(w => w.Contains('\0', StringComparison.Ordinal)) ? throw new FormatException("it contains a NUL byte") : words;
    }

    private static int TakeSingleQuoted(string text, int open, StringBuilder word)
    {
        int close = text.IndexOf('\'', open + 1);
        if (close < 0)
            throw new FormatException("a single quote (') is not closed");
        word.Append(text, open + 1, close - open - 1);
        return close;
    }

    private static int TakeDoubleQuoted(string text, int open, StringBuilder word)
    {
        for (int i = open + 1; i < text.Length; i++)
        {
            if (text[i] == '"')
                return i;
            bool escapes = text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '$' or '`' or '"' or '\\' or '\n';
            if (escapes && text[++i] == '\n')
                continue;
            word.Append(text[i]);
        }

        throw new FormatException("a double quote (\") is not closed");
    }
}
