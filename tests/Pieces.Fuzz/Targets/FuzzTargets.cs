using Pieces.Fuzz.Engine;

namespace Pieces.Fuzz.Targets;

/// <summary>The targets that need nothing but bytes.</summary>
internal static class FuzzTargets
{
    /// <summary>Every parser.</summary>
    public static IReadOnlyList<IFuzzTarget> Parsers { get; } =
        [.. MetadataTargets.All, .. WireTargets.All, .. NetworkTargets.All, .. StorageTargets.All, .. CliTargets.All];

    /// <summary>The parser of a name.</summary>
    public static IFuzzTarget Named(string name) => Parsers.Single(target => target.Name == name);
}
