using Pieces.Cli.Failures;
using Pieces.Metadata;

namespace Pieces.Cli.Commands;

/// <summary>Maps exceptions that occur while <c>create</c> and <c>share</c> read their input paths to failures.</summary>
internal static class DescribeFailure
{
    /// <summary>Returns the failure for an exception of the library, or null if the exception is not an expected one.</summary>
    public static FailureException? Of(Exception exception) => exception switch
    {
        // The user requested a torrent that cannot be made. That is a usage error, not a bad torrent file.
        MetainfoException e => new FailureException(
            ExitCode.Usage, e.Message.Replace("give the torrent a name", "use --name", StringComparison.Ordinal), e),
        IOException or UnauthorizedAccessException => new FailureException(ExitCode.NotFound, exception.Message, exception),
        _ => null,
    };
}
