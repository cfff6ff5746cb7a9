namespace Pieces.Tests.Loopback;

/// <summary>Command lines that use only loopback, use no DHT unless they name a closed one, and end in bounded time.</summary>
internal static class PiecesCommand
{
    public static string[] Download(string torrent, string output, params string[] more) =>
        ["download", torrent, "-o", output, .. Here(more), "-p", "0", "--deadline", "50s", "--progress", "plain", .. more];

    public static string[] DownloadFrom(string peer, string torrent, string output, params string[] more) =>
        Download(torrent, output, ["--no-trackers", "--peer", peer, .. more]);

    public static string[] Seed(string torrent, string data, params string[] more) =>
        ["seed", torrent, "--data", data, "--no-trackers", .. Here(more), "--progress", "plain", .. more];

    private static string[] Here(string[] more) =>
        more.Contains("--dht-bootstrap") ? ["--interface", "127.0.0.1"] : ["--interface", "127.0.0.1", "--no-dht"];
}
