using System.Globalization;
using System.Text.Json;
using Pieces.Cli.Events;
using Pieces.Cli.Transfers;
using Pieces.Platform;
using Pieces.Torrents;

namespace Pieces.Cli.Hooks;

/// <summary>What a hook receives about a complete torrent: the event for its stdin and variables for its environment.</summary>
/// <param name="Name">Name of the torrent.</param>
/// <param name="Json">The event as one line of JSON, with all files and full paths.</param>
/// <param name="Variables">The environment variables. Each name begins with <c>PIECES_HOOK_</c>.</param>
internal sealed record HookFacts(string Name, byte[] Json, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>Prefix of the names of all variables. The program itself never reads variables with this prefix.</summary>
    public const string Prefix = "PIECES_HOOK_";

    /// <summary>Collects the data for the hook.</summary>
    /// <param name="item">The torrent.</param>
    /// <param name="state">The state of the torrent at completion.</param>
    /// <param name="files">The notices of all complete files.</param>
    /// <param name="now">The time of completion.</param>
    public static HookFacts Of(TransferItem item, TorrentSnapshot state, IEnumerable<FileNotice> files, DateTimeOffset now)
    {
        string folder = UserPath.Full(item.Subject!.Directory);
        CompleteEvent e = EventText.Complete(item, state, now) with
        {
            Path = Path.Join(folder, item.Name),
            Files = [.. files.OrderBy(file => file.FileIndex).Select(file => new CompleteFile(UserPath.Full(file.Path), file.Length))],
        };
        byte[] json = [.. JsonSerializer.SerializeToUtf8Bytes(e, EventJson.Default.CompleteEvent), (byte)'\n'];
        var variables = new Dictionary<string, string>
        {
            [Prefix + "EVENT"] = e.Event,
            [Prefix + "INFOHASH"] = e.Infohash!,
            [Prefix + "NAME"] = e.Name,
            [Prefix + "PATH"] = e.Path,
            [Prefix + "DIR"] = folder,
            [Prefix + "SIZE"] = Text(e.Size),
            [Prefix + "FILES"] = Text(e.Files!.Count),
            [Prefix + "SECONDS"] = e.Seconds.ToString(CultureInfo.InvariantCulture),
            [Prefix + "DOWNLOADED"] = Text(e.Downloaded),
            [Prefix + "UPLOADED"] = Text(e.Uploaded),
        };
        return new HookFacts(item.Name, json, variables);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
