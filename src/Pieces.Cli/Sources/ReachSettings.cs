namespace Pieces.Cli.Sources;

/// <summary>What the flags of a command say about its way to the network. A proxy is not among them: that flag is refused where it is read.</summary>
/// <param name="Interface">The interface or address that every socket is bound to, or null for any.</param>
internal sealed record ReachSettings(string? Interface);
