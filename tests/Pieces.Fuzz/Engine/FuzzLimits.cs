namespace Pieces.Fuzz.Engine;

/// <summary>What one input may cost.</summary>
internal static class FuzzLimits
{
    /// <summary>Most time of one input.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(1);

    /// <summary>Most bytes that one input may allocate.</summary>
    public const long MaxAllocation = 64L * 1024 * 1024;

    /// <summary>After this time the run ends with the input as a hang.</summary>
    public static readonly TimeSpan HangTime = TimeSpan.FromSeconds(20);
}
