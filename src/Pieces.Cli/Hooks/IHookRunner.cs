using Pieces.Cli.Failures;

namespace Pieces.Cli.Hooks;

/// <summary>Runs a hook for one event.</summary>
internal interface IHookRunner
{
    /// <summary>Runs the hook to its end. The returned task never faults.</summary>
    /// <param name="facts">The input of the hook.</param>
    /// <param name="patience">Cancelled when the caller stops waiting. The hook is then left running.</param>
    /// <returns>Success, or <see cref="ExitCode.HookFailed"/> with a message that describes the failure.</returns>
    Task<Outcome> RunAsync(HookFacts facts, CancellationToken patience);
}
