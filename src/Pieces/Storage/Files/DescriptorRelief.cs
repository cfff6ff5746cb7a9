using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Repeats calls that failed because the process or the system cannot open more files. This is not a disk error. Files have priority: idle files and
/// connections are closed to free a descriptor. Safe for all threads; calls block.
/// </summary>
internal sealed class DescriptorRelief
{
    // After ten seconds in all, something is wrong that no waiting mends.
    private const int MostAttempts = 100;

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(100);

    private readonly Action _makeRoom;

    /// <param name="makeRoom">Closes something else. Called before each further attempt.</param>
    public DescriptorRelief(Action makeRoom) => _makeRoom = makeRoom;

    /// <summary>Makes a call, again where it lacks a descriptor; any other failure comes through at once.</summary>
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

                // A connection takes a moment to close.
#pragma warning disable RS0030 // This is a thread of the disk's, which waits for nothing else.
                Thread.Sleep(BetweenAttempts);
#pragma warning restore RS0030
            }
        }
    }
}
