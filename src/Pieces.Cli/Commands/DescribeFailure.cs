using Pieces.Cli.Failures;
using Pieces.Metadata;

namespace Pieces.Cli.Commands;

/// <summary>How <c>create</c> and <c>share</c> fail when the paths they are given cannot be described.</summary>
internal static class DescribeFailure
{
    /// <summary>The failure for what the library threw, or null when it foresees no such thing.</summary>
    public static FailureException? Of(Exception exception) => exception switch
    {
        // What cannot be made is no bad torrent: the user asked for something impossible.
        MetainfoException e => new FailureException(
            ExitCode.Usage, e.Message.Replace("give the torrent a name", "--name gives it one", StringComparison.Ordinal), e),
        IOException or UnauthorizedAccessException => new FailureException(ExitCode.NotFound, exception.Message, exception),
        _ => null,
    };
}
