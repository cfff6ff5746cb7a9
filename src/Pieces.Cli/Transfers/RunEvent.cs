using Pieces.Cli.Failures;
using Pieces.Cli.Sources;

namespace Pieces.Cli.Transfers;

/// <summary>An event that the loop of a run processes.</summary>
internal abstract record RunEvent;

/// <summary>The run must stop.</summary>
internal sealed record StopAsked : RunEvent;

/// <summary>A source was loaded.</summary>
internal sealed record SourceLoaded(string Source, TransferSource Torrent) : RunEvent;

/// <summary>A source could not be loaded.</summary>
internal sealed record SourceFailed(string Source, Outcome Verdict) : RunEvent;

/// <summary>A torrent has nothing more to download, so its job is free.</summary>
internal sealed record SessionFetched : RunEvent;

/// <summary>A torrent has stopped, and everything that depends on it, such as a hook, has ended.</summary>
internal sealed record SessionEnded(TransferSession Session, Outcome Verdict) : RunEvent;
