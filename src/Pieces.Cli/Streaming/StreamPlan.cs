using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Cli.Streaming;

/// <summary>Support for <c>-o -</c>: the content is written to stdout.</summary>
internal static class StreamPlan
{
    /// <summary>Time limit for the shutdown after the reader has closed the pipe.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(600);

    /// <summary>Rejects combinations of options that are not possible with stdout.</summary>
    /// <param name="sources">Number of sources.</param>
    /// <param name="options">The options of the torrent.</param>
    /// <param name="isTerminal">Whether stdout is a terminal.</param>
    /// <exception cref="FailureException">The combination is not possible.</exception>
    public static void Check(int sources, TorrentOptions options, bool isTerminal)
    {
        if (sources > 1)
            throw FailureException.Usage($"--output -: {sources} sources cannot share stdout (give one, or a folder)");
        if (options.Seed is not null)
            throw FailureException.Usage(
                "--output -: streamed content is not kept, so it cannot be seeded afterwards (give a folder, or no --seed...)");
        if (isTerminal)
            throw FailureException.Usage("--output -: stdout is a terminal (pipe it into a program, or redirect it to a file)");
    }

    /// <summary>Sends the content to stdout. From now on, the run ends when the reader closes the pipe.</summary>
    public static TorrentOptions Apply(CliContext context, TorrentOptions options)
    {
        // The watch lasts until the process ends.
        var watch = new ReaderWatch(() => context.Signals.Begin(ExitCode.BrokenPipe, Patience));
        return options with { Stream = new StreamOptions { Target = new ContentWriter(static () => new ContentOutput(), watch.End) } };
    }
}
