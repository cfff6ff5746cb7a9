using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>Tells failures of our own network from those of the other side: nobody is to be avoided because we were offline.</summary>
internal static class OwnNetwork
{
    /// <summary>Time after which somebody is tried again whom our own network kept us from.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    /// <summary>Whether a failure, or what caused it, means that there is no way out of this machine at the moment.</summary>
    public static bool IsDown(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is SocketException
                {
                    SocketErrorCode: SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.HostUnreachable
                        or SocketError.AddressNotAvailable or SocketError.TryAgain
                })
                return true;
        }

        return false;
    }
}
