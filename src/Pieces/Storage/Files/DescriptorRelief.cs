using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Repeats calls that failed because the process or the system cannot open more files. This is not a disk error. Files have priority: idle files and
/// connections are closed to free a descriptor. Safe for all threads; calls block.
/// </summary>
internal sealed class DescriptorRelief
{
    // Maximum number of attempts: ten seconds in total. Longer waiting would not help.
    private const int MostAttempts = 100;

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(100);

    private readonly Action _makeRoom;

    /// <param name="makeRoom">Closes an idle file or a connection. Called before each further attempt.</param>
    public DescriptorRelief(Action makeRoom) => _makeRoom = makeRoom;

    /// <summary>Makes a call, and repeats it while it lacks a descriptor. Any other exception is passed on at once.</summary>
    public TResult Run<TState, TResult>(TState state, Func<TState, TResult> call)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return call(state);
            }
            catch (Exception e) when (attempt < MostAttempts && SystemErrors.IsOutOfDescriptors(e))
            {
                _makeRoom();

                // Closing a connection takes a moment.
#pragma warning disable RS0030 // This is a disk thread, which may block.
                Thread.Sleep(BetweenAttempts);
#pragma warning restore RS0030
            }
        }
    }
}
