using Pieces.Cli.Progress;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Tests.Cli.Display;

/// <summary>Transfers to be drawn.</summary>
internal static class Rows
{
    public const long MiB = 1024 * 1024;

    /// <summary>Names that strangers could give.</summary>
    public static readonly string[] Names =
    [
        "debian-13.1.0-amd64-netinst.iso", "北京的秋天 2024 高清.mkv", "👩‍👩‍👧‍👦 family 👍🏽 ❤️ 🏳️‍🌈 holiday.zip", "שלום עולם 2024 (עברית).mkv",
        "evil\e[31mred\e[2J\r\nname\u202egnp.exe", "e\u0301\u0301 ze\u030er\u0155o combining", "مرحبا بالعالم 01.mp3", "क्षत्रिय हिन्दी.pdf",
        "한국어 \u1112\u1161\u11ab.txt", new string('\u0301', 500), "lone" + (char)0xD800 + "surrogate", "\u2028\u2029\U000E0041", "１２３ ｆｕｌｌ", "", "x",
        "🇩🇪🇫🇷🇯🇵",
        "a" + new string('\u0336', 400) + "b", "\t\v\u009b31m", new string('漢', 300),
    ];

    public static TransferRow Downloading(string name = "debian-13.1.0-amd64-netinst.iso", int percent = 25) => new(
        name,
        new TorrentSnapshot
        {
            Phase = TorrentPhase.Downloading,
            BytesWanted = 800 * MiB,
            BytesVerified = 8 * MiB * percent,
            Map = CompletionMap.Of(First(800, 8 * percent)),
            DownloadRate = 3.4 * MiB,
            UploadRate = 120 * 1024,
            ConnectedPeers = 12,
            ConnectedSeeds = 3,
            Eta = TimeSpan.FromSeconds(174),
        },
        TransferActivity.Downloading);

    public static TransferRow Seeding(string name = "debian-13.1.0-amd64-netinst.iso") => new(
        name,
        new TorrentSnapshot
        {
            Phase = TorrentPhase.Seeding,
            BytesWanted = 800 * MiB,
            BytesVerified = 800 * MiB,
            Map = CompletionMap.All,
            Uploaded = 1000 * MiB,
            UploadRate = 1.5 * MiB,
            ConnectedPeers = 2,
            Eta = TimeSpan.Zero,
        },
        TransferActivity.Seeding);

    public static TransferRow Checking(string name = "debian-13.1.0-amd64-netinst.iso") => new(
        name,
        new TorrentSnapshot { Phase = TorrentPhase.Checking, BytesChecked = 300 * MiB, BytesToCheck = 800 * MiB },
        TransferActivity.Checking);

    public static TransferRow Silent(TransferActivity activity, string name = "debian-13.1.0-amd64-netinst.iso") => new(
        name,
        Downloading().Now with
        {
            DownloadRate = 0,
            UploadRate = 0,
            Eta = null,
            ConnectedPeers = activity == TransferActivity.FindingPeers ? 0 : 2,
            ConnectedSeeds = 0,
            KnownPeers = 40,
        },
        activity);

    public static Bitfield First(int pieces, int count)
    {
        var field = new Bitfield(pieces);
        for (int i = 0; i < count; i++)
            field.Set(i);
        return field;
    }

    /// <summary>A transfer in any state, with any name.</summary>
    public static TransferRow Any(Random random)
    {
        string name = Names[random.Next(Names.Length)];
        TransferRow row = random.Next(5) switch
        {
            0 => Checking(name),
            1 => Seeding(name),
            2 => Silent(random.Next(2) == 0 ? TransferActivity.Stalled : TransferActivity.FindingPeers, name),
            3 => Silent(random.Next(2) == 0 ? TransferActivity.Finishing : TransferActivity.Stopping, name),
            _ => Downloading(name, random.Next(101)),
        };
        return row with
        {
            Now = row.Now with
            {
                DownloadRate = random.NextDouble() * Math.Pow(10, random.Next(13)),
                UploadRate = random.NextDouble() * Math.Pow(10, random.Next(13)),
                Uploaded = random.NextInt64(1L << random.Next(1, 62)),
                ConnectedPeers = random.Next(100_000),
                Eta = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(random.NextDouble() * Math.Pow(10, random.Next(9))),
            },
        };
    }
}
