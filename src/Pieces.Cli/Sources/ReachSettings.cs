namespace Pieces.Cli.Sources;

/// <summary>The network flags of a command. It contains no proxy, because that flag is rejected when it is read.</summary>
/// <param name="Interface">The interface or address that every socket is bound to, or null for any.</param>
internal sealed record ReachSettings(string? Interface);
