using System.CommandLine;
using System.Globalization;
using System.Text;
using Pieces.Cli.Failures;
using Pieces.Cli.Help;
using Pieces.Platform;

namespace Pieces.Cli.Completion;

/// <summary>The files that are installed beside the program, in the layout of <c>PREFIX/share</c>.</summary>
internal static class ShareFiles
{
    // The convention of reproducible builds: the time to use as the current time, in seconds since 1970.
    private const string DateVariable = "SOURCE_DATE_EPOCH";

    /// <summary>Writes all files.</summary>
    /// <exception cref="FailureException">The folder cannot be written to.</exception>
    public static void Write(RootCommand root, string folder)
    {
        try
        {
            foreach ((string path, string text) in Render(root))
            {
                string full = Path.Combine(folder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(full)!);
                WholeFile.Write(full, Encoding.UTF8.GetBytes(text), overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.FileError, $"{folder}: cannot be written: {Outcome.Reason(e)}", e);
        }
    }

    /// <summary>Returns the path of each file, relative to the folder, and its text.</summary>
    public static IEnumerable<(string Path, string Text)> Render(RootCommand root)
    {
        Command[] commands = [.. root.Subcommands.Where(command => !command.Hidden)];
        string date = Date();
        string program = ManualPage.OfProgram(CommandPages.Of(root, root), HelpTopics.All, commands.Select(command => command.Name), date);
        yield return ("man/man1/pieces.1", program);
        foreach (Command command in commands)
            yield return ($"man/man1/pieces-{command.Name}.1", ManualPage.OfCommand(CommandPages.Of(root, command), date));
        yield return ("bash-completion/completions/pieces", CompletionScripts.Of("bash", root));
        yield return ("zsh/site-functions/_pieces", CompletionScripts.Of("zsh", root));
        yield return ("fish/vendor_completions.d/pieces.fish", CompletionScripts.Of("fish", root));
    }

    private static string Date()
    {
        string? text = Environment.GetEnvironmentVariable(DateVariable);
        long seconds = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long given) ? given : 0;
        return DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, 253_402_300_799)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }
}
