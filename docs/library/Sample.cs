using Pieces;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Torrents;

namespace PiecesSample;

/// <summary>What a program can do with the library. A test compiles and runs it.</summary>
public static class Sample
{
    /// <summary>Downloads a .torrent file in one call.</summary>
    public static async Task DownloadAsync(string torrentFile, string directory, TorrentClientOptions options, CancellationToken cancellationToken)
    {
        Metainfo metainfo = MetainfoParser.Parse(await File.ReadAllBytesAsync(torrentFile, cancellationToken));
        await using var client = new TorrentClient(options);
        var progress = new Progress<TorrentSnapshot>(now => Console.WriteLine($"{now.Phase}: {now.BytesVerified} of {now.BytesWanted} bytes"));
        await client.DownloadAsync(metainfo, directory, progress, cancellationToken);
    }

    /// <summary>Adds a torrent, limits it while it runs, lists and finds it, and removes it before it is complete. Returns what it saw.</summary>
    public static async Task<IReadOnlyList<string>> ManageAsync(string torrentFile, string directory, TorrentClientOptions options)
    {
        Metainfo metainfo = MetainfoParser.Parse(await File.ReadAllBytesAsync(torrentFile));
        await using var client = new TorrentClient(options);
        Torrent torrent = await client.AddAsync(metainfo, new TorrentOptions { OutputDirectory = directory, MaxPeers = 20 });

        client.DownloadLimit = new ByteRate(1024 * 1024);
        torrent.DownloadLimit = new ByteRate(64 * 1024);
        torrent.AddTrackers(["http://127.0.0.1:9/announce"]);

        List<string> seen = [.. client.Torrents.Select(one => $"{one.InfoHash}: {one.DownloadLimit.BytesPerSecond} B/s")];
        bool wasFound = client.Find(torrent.InfoHash) == torrent;
        await client.RemoveAsync(torrent);
        seen.Add($"found: {wasFound}, left: {client.Torrents.Count}, phase: {torrent.Snapshot.Phase}");
        return seen;
    }
}
