using Pieces.Cli.Failures;

namespace Pieces.Cli.Hooks;

/// <summary>Runs a hook for one event.</summary>
internal interface IHookRunner
{
    /// <summary>Runs it to its end. Never faults.</summary>
    /// <param name="facts">What it is told.</param>
    /// <param name="patience">When it is not waited for any longer; it is left running then.</param>
    /// <returns>Success, or <see cref="ExitCode.HookFailed"/> with a line that says how it failed.</returns>
    Task<Outcome> RunAsync(HookFacts facts, CancellationToken patience);
}
