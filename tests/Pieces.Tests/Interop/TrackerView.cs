using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Pieces.Tests.Interop;

/// <summary>What a running tracker says of the one torrent of a test, by HTTP scrape.</summary>
/// <param name="Seeds">Peers that announced that they have everything.</param>
/// <param name="Leechers">Peers that announced that they lack something.</param>
/// <param name="Completed">How often the event "completed" was announced.</param>
internal sealed record TrackerView(int Seeds, int Leechers, int Completed)
{
    /// <summary>Asks a tracker whose HTTP side listens on a port of 127.0.0.1.</summary>
    /// <returns><see langword="null"/> if nothing answers there yet.</returns>
    public static async Task<TrackerView?> AskAsync(int port, byte[] infoHash, CancellationToken cancellationToken)
    {
        string escaped = string.Concat(infoHash.Select(value => $"%{value:X2}"));
        // One request per connection, written by hand: a Uri would unescape what need not be escaped, and trackers compare bytes.
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
