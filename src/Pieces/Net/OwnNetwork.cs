using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>Distinguishes failures of our own network from those of the remote side: a host is not avoided for long because we were
/// offline.</summary>
internal static class OwnNetwork
{
    /// <summary>Maximum pause after a failure that is certainly ours.</summary>
    public static readonly TimeSpan PauseWhenDown = TimeSpan.FromSeconds(5);

    /// <summary>Maximum pause after a failure that may be ours: an unreachable router looks like an unreachable host.</summary>
    public static readonly TimeSpan PauseWhenDoubtful = TimeSpan.FromSeconds(60);

    /// <summary>Whether this process or the system has no file descriptor left for a socket.</summary>
    public static bool IsOutOfDescriptors(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is SocketException { SocketErrorCode: SocketError.TooManyOpenSockets })
                return true;
        }

        return false;
    }

    /// <summary>The maximum time to wait before the next attempt, or null if the failure and its causes do not indicate a fault of our own
    /// network.</summary>
    public static TimeSpan? LongestPause(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            switch ((failure as SocketException)?.SocketErrorCode)
            {
                case SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.AddressNotAvailable or SocketError.TryAgain:
                    return PauseWhenDown;
                case SocketError.TooManyOpenSockets:
                    return PauseWhenDown;
                case SocketError.HostUnreachable:
                    return PauseWhenDoubtful;
            }
        }

        return null;
    }
}
