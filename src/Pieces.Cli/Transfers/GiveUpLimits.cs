namespace Pieces.Cli.Transfers;

/// <summary>How long a download is waited for.</summary>
internal sealed record GiveUpLimits
{
    /// <summary>Longest time without a byte, or null for no such limit.</summary>
    public TimeSpan? Stall { get; init; }

    /// <summary>Longest time from the beginning of the run to completion, or null for no such limit.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Longest time from a magnet link's turn until its metadata has arrived, or null for no such limit.</summary>
    public TimeSpan? Metadata { get; init; }

    /// <summary>What the user may do about a download that was given up.</summary>
    public string Hint { get; init; } = TransferSettings.Resumes;
}
