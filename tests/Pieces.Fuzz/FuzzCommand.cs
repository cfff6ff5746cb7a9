using System.Globalization;
using Pieces.Fuzz.Engine;
using Pieces.Fuzz.Peer;
using Pieces.Fuzz.Targets;

namespace Pieces.Fuzz;

/// <summary>What the command line asks for.</summary>
internal sealed record FuzzCommand
{
    private const string DefaultFolder = "artifacts/fuzz";

    private static readonly IFuzzTarget[] AllTargets = [.. FuzzTargets.Parsers, new PeerTarget()];

    private static string TargetNames => string.Join(' ', AllTargets.Select(target => target.Name));

    /// <summary>The targets, in order.</summary>
    public IReadOnlyList<IFuzzTarget> Targets { get; private init; } = AllTargets;

    /// <summary>Seconds for each target, or null.</summary>
    public double? Seconds { get; private init; }

    /// <summary>Inputs for each target, or null.</summary>
    public long? Inputs { get; private init; }

    /// <summary>Seed of the random numbers.</summary>
    public int Seed { get; private init; } = 1;

    /// <summary>Folder of the inputs that reached new branches, or null.</summary>
    public string? Found { get; private init; }

    /// <summary>Folder of the inputs that showed a fault.</summary>
    public string Crashes { get; private init; } = Path.Combine(DefaultFolder, "crashes");

    /// <summary>An input to run alone, or null.</summary>
    public string? Replay { get; private init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">The arguments are not valid.</exception>
    public static FuzzCommand Read(string[] arguments)
    {
        var command = new FuzzCommand();
        var targets = new List<IFuzzTarget>();
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            if (!name.StartsWith("--", StringComparison.Ordinal))
            {
                targets.Add(AllTargets.FirstOrDefault(target => target.Name == name)
                    ?? throw new FormatException($"there is no target {name}; the targets are {TargetNames}"));
                continue;
            }

            if (++i == arguments.Length)
                throw new FormatException($"{name} needs a value");
            string value = arguments[i];
            command = name switch
            {
                "--seconds" => command with { Seconds = double.Parse(value, CultureInfo.InvariantCulture) },
                "--inputs" => command with { Inputs = long.Parse(value, CultureInfo.InvariantCulture) },
                "--seed" => command with { Seed = int.Parse(value, CultureInfo.InvariantCulture) },
                "--found" => command with { Found = value },
                "--crashes" => command with { Crashes = value },
                "--replay" => command with { Replay = value },
                _ => throw new FormatException($"{name} is unknown"),
            };
        }

        return targets.Count > 0 ? command with { Targets = targets } : command;
    }
}
