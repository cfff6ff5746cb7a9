namespace Pieces.Cli.Parsing;

/// <summary>Ports to try, from the first to the last; 0 and 0 is any.</summary>
internal readonly record struct PortRange(int First, int Last);
