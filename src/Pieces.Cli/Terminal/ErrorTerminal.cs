using System.Globalization;
using Pieces.Platform;

namespace Pieces.Cli.Terminal;

/// <summary>The terminal on stderr.</summary>
internal sealed class ErrorTerminal : ITerminal
{
    private const int UsualColumns = 80;
    private const int UsualRows = 24;

    private readonly StandardError _errors;

    public ErrorTerminal(StandardError errors)
    {
        _errors = errors;
        CurrentPlatform.Signals.AllowWritesFromBackground();
    }

    /// <inheritdoc/>
    public (int Columns, int Rows) Size =>
        CurrentPlatform.Terminal.Size ?? (FromEnvironment("COLUMNS", UsualColumns), FromEnvironment("LINES", UsualRows));

    /// <inheritdoc/>
    public bool IsForeground => CurrentPlatform.Terminal.IsForeground;

    /// <inheritdoc/>
    public bool IsIdle => _errors.IsIdle;

    /// <summary>
    /// Whether the terminal shows characters beyond ASCII: the locale must use UTF-8, and the terminal must not be the Linux console, whose font has
    /// few characters.
    /// </summary>
    public static bool ShowsUnicode(Func<string, string?> environment)
    {
        string[] names = ["LC_ALL", "LC_CTYPE", "LANG"];
        string locale = names.Select(environment).FirstOrDefault(value => !string.IsNullOrEmpty(value)) ?? string.Empty;
        return environment("TERM") != "linux"
            && (locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public void Write(string text) => _errors.Write(text);

    /// <inheritdoc/>
    public void Flush() => _errors.Flush();

    private static int FromEnvironment(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value
            : usual;
}
