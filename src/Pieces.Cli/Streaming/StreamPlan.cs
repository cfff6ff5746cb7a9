using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Cli.Streaming;

/// <summary><c>-o -</c>: the content goes to stdout.</summary>
internal static class StreamPlan
{
    /// <summary>Time for the whole end once the reader is gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(600);

    /// <summary>Refuses what makes no sense on stdout.</summary>
    /// <param name="sources">Number of sources.</param>
    /// <param name="options">What is to be done.</param>
    /// <param name="isTerminal">Whether stdout is a terminal.</param>
    /// <exception cref="FailureException">It is refused.</exception>
    public static void Check(int sources, TorrentOptions options, bool isTerminal)
    {
        if (sources > 1)
            throw FailureException.Usage($"--output -: {sources} sources cannot share stdout (give one, or a folder)");
        if (options.Seed is not null)
            throw FailureException.Usage("--output -: what is streamed is not kept, so it cannot be seeded afterwards (give a folder, or no --seed...)");
        if (isTerminal)
            throw FailureException.Usage("--output -: stdout is a terminal (pipe it into a program, or redirect it to a file)");
    }

    /// <summary>Sends the content to stdout; a reader that goes away is noticed from now on, and ends the run.</summary>
    public static TorrentOptions Apply(CliContext context, TorrentOptions options)
    {
        // The process's end is the watch's end.
        var watch = new ReaderWatch(() => context.Signals.Begin(ExitCode.BrokenPipe, Patience));
        return options with { Stream = new StreamOptions { Target = new ContentWriter(static () => new ContentOutput(), watch.End) } };
    }
}
