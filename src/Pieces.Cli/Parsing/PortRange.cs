namespace Pieces.Cli.Parsing;

/// <summary>Ports to try, from the first to the last. 0 to 0 means any port.</summary>
internal readonly record struct PortRange(int First, int Last);
