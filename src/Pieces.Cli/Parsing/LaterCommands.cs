namespace Pieces.Cli.Parsing;

/// <summary>What the contract names and this version does not do yet: refused by name, never ignored.</summary>
internal static class LaterCommands
{
    /// <summary>Commands to come.</summary>
    public static readonly string[] Names = ["share"];
}
