using Pieces.Cli.Failures;
using Pieces.Cli.Sources;

namespace Pieces.Cli.Transfers;

/// <summary>Everything that the loop of a run hears.</summary>
internal abstract record RunEvent;

/// <summary>The run is to stop.</summary>
internal sealed record StopAsked : RunEvent;

/// <summary>A source is loaded.</summary>
internal sealed record SourceLoaded(string Source, TransferSource Torrent) : RunEvent;

/// <summary>A source cannot be loaded.</summary>
internal sealed record SourceFailed(string Source, Outcome Verdict) : RunEvent;

/// <summary>A torrent has nothing more to fetch: its job is free.</summary>
internal sealed record SessionFetched : RunEvent;

/// <summary>A torrent has stopped altogether, and nothing is under way on its account.</summary>
internal sealed record SessionEnded(TransferSession Session, Outcome Verdict) : RunEvent;
