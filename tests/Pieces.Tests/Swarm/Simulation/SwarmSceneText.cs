using System.Globalization;
using Pieces.Torrents;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>Parses a scene: its name, followed by <c>key=value</c> for each parameter that differs.</summary>
internal static class SwarmSceneText
{
    /// <summary>The predefined scenes by name.</summary>
    public static IReadOnlyDictionary<string, SwarmScene> Named { get; } = new Dictionary<string, SwarmScene>
    {
        ["flash"] = new() { Leechers = 1000, JoinSeconds = 10 },
        ["crowd8"] = Crowd(8, 8),
        ["crowd16"] = Crowd(16, 4),
    };

    private static readonly Dictionary<string, Func<SwarmScene, string, SwarmScene>> Keys = new()
    {
        ["seed"] = (scene, text) => scene with { Seed = Whole(text) },
        ["leechers"] = (scene, text) => scene with { Leechers = Whole(text) },
        ["seeds"] = (scene, text) => scene with { Seeds = Whole(text) },
        ["pieces"] = (scene, text) => scene with { Pieces = Whole(text) },
        ["piece-kib"] = (scene, text) => scene with { PieceKiB = Whole(text) },
        ["seed-up"] = (scene, text) => scene with { SeedUp = Number(text) },
        ["up"] = (scene, text) => scene with { Up = Number(text) },
        ["down"] = (scene, text) => scene with { Down = Number(text) },
        ["join-seconds"] = (scene, text) => scene with { JoinSeconds = Number(text) },
        ["join"] = (scene, text) => scene with { JoinsByChance = OneOf(text, "even", "random") == 1 },
        ["rtt"] = (scene, text) => scene with { RoundTrip = Number(text) },
        ["rtt-p99"] = (scene, text) => scene with { LateRoundTrip = Number(text) },
        ["header"] = (scene, text) => scene with { Header = Whole(text) },
        ["free"] = (scene, text) => scene with { FreeRiders = Number(text) },
        ["order"] = (scene, text) => scene with { Order = (PieceOrder)OneOf(text, "in-order", "rarest-first") },
        ["stay"] = (scene, text) => scene with { Stay = text == "on" ? -1 : Number(text) },
        ["churn"] = (scene, text) => scene with { Churn = Number(text) },
        ["return"] = (scene, text) => scene with { Return = Number(text) },
        ["seed-leaves"] = (scene, text) => scene with { SeedLeaves = Number(text) },
        ["known"] = (scene, text) => scene with { Known = Whole(text) },
        ["max-peers"] = (scene, text) => scene with { MaxPeers = Whole(text) },
        ["exchange"] = (scene, text) => scene with { UsesPeerExchange = OneOf(text, "no", "yes") == 1 },
        ["limit"] = (scene, text) => scene with { Limit = (SwarmLimit)OneOf(text, "link", "client") },
        ["max-seconds"] = (scene, text) => scene with { MaxSeconds = Number(text) },
    };

    /// <summary>Help text about the arguments.</summary>
    public static string Usage => $"SCENE [KEY=VALUE ...]; scenes: {string.Join(", ", Named.Keys)}; keys: {string.Join(", ", Keys.Keys)}";

    /// <summary>Parses a scene.</summary>
    /// <exception cref="FormatException">An argument is neither a scene nor a key with a value, or a value is not valid for its key.</exception>
    public static SwarmScene Parse(IEnumerable<string> words)
    {
        var scene = new SwarmScene();
        foreach (string word in words)
        {
            string[] parts = word.Split('=', 2);
            if (parts.Length == 1)
                scene = Named.TryGetValue(word, out SwarmScene? named) ? named : throw new FormatException($"no scene is called \"{word}\"");
            else if (Keys.TryGetValue(parts[0], out Func<SwarmScene, string, SwarmScene>? apply))
                scene = apply(scene, parts[1]);
            else
                throw new FormatException($"no key is called \"{parts[0]}\"");
        }

        return scene;
    }

    // Returns a scene in which all leechers join at once on one fast network.
    private static SwarmScene Crowd(int leechers, double up) => new()
    {
        Leechers = leechers,
        PieceKiB = 256,
        SeedUp = up,
        Up = up,
        Down = 0,
        RoundTrip = 0.2,
        LateRoundTrip = 0.2,
    };

    private static int Whole(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
        ? value
        : throw new FormatException($"\"{text}\" is no whole number");

    private static double Number(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
        ? value
        : throw new FormatException($"\"{text}\" is no number");

    private static int OneOf(string text, string first, string second) =>
        text == first ? 0 : text == second ? 1 : throw new FormatException($"\"{text}\" is neither {first} nor {second}");
}
