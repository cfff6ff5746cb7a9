namespace Pieces.Cli.Transfers;

/// <summary>Time limits of a download.</summary>
internal sealed record GiveUpLimits
{
    /// <summary>Maximum time without receiving data; null for no limit.</summary>
    public TimeSpan? Stall { get; init; }

    /// <summary>Maximum time from the beginning of the run until the download is complete; null for no limit.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Maximum time from the start of a magnet link until its metadata is received; null for no limit.</summary>
    public TimeSpan? Metadata { get; init; }

    /// <summary>What the user can do about a download that was given up.</summary>
    public string Hint { get; init; } = TransferSettings.Resumes;
}
