using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Pieces.Tests.Interop;

/// <summary>The counts of a test's torrent that a tracker returns to an HTTP scrape.</summary>
/// <param name="Seeds">Number of peers that announced themselves as complete.</param>
/// <param name="Leechers">Number of peers that announced themselves as incomplete.</param>
/// <param name="Completed">Number of announces with the event "completed".</param>
internal sealed record TrackerView(int Seeds, int Leechers, int Completed)
{
    /// <summary>Scrapes a tracker that listens for HTTP on a port of 127.0.0.1.</summary>
    /// <returns><see langword="null"/> if no tracker responds on the port yet.</returns>
    public static async Task<TrackerView?> AskAsync(int port, byte[] infoHash, CancellationToken cancellationToken)
    {
        string escaped = string.Concat(infoHash.Select(value => $"%{value:X2}"));
        // The request is composed by hand, one per connection. A Uri would decode characters that need no escape, and trackers compare the encoded
        // bytes.
        string request = $"GET /scrape?info_hash={escaped} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n";
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            string answer = await reader.ReadToEndAsync(cancellationToken);
            return new TrackerView(Number(answer, "complete"), Number(answer, "incomplete"), Number(answer, "downloaded"));
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            return null;
        }
    }

    private static int Number(string answer, string key)
    {
        Match match = Regex.Match(answer, $"{key.Length}:{key}i([0-9]+)e");
        return match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }
}
