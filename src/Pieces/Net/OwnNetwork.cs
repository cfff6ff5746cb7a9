using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>Tells failures of our own network from those of the other side: nobody is to be avoided for long because we were offline.</summary>
internal static class OwnNetwork
{
    /// <summary>Longest pause after a failure that is surely ours.</summary>
    public static readonly TimeSpan PauseWhenDown = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause after a failure that may be ours: a router that is gone looks like a host that is.</summary>
    public static readonly TimeSpan PauseWhenDoubtful = TimeSpan.FromSeconds(60);

    /// <summary>Whether this process, or the system, has no descriptor left for a socket.</summary>
    public static bool IsOutOfDescriptors(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is SocketException { SocketErrorCode: SocketError.TooManyOpenSockets })
                return true;
        }

        return false;
    }

    /// <summary>The longest time to wait before the next try, or null when the failure, and what caused it, says nothing of our own network.</summary>
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
