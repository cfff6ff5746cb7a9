namespace Pieces.Cli.Progress;

/// <summary>Names and tones of transfer activities.</summary>
internal static class ActivityText
{
    /// <summary>Returns the name of an activity.</summary>
    public static string Of(TransferActivity activity) => activity switch
    {
        TransferActivity.Downloading => "downloading",
        TransferActivity.Checking => "checking",
        TransferActivity.FetchingMetadata => "fetching metadata",
        TransferActivity.Finishing => "finishing",
        TransferActivity.Stopping => "stopping",
        TransferActivity.Stalled => "stalled",
        TransferActivity.FindingPeers => "finding peers",
        TransferActivity.Seeding => "seeding",
        _ => "over",
    };

    /// <summary>Returns the tone of an activity.</summary>
    public static Tone ToneOf(TransferActivity activity) => activity switch
    {
        TransferActivity.Checking or TransferActivity.FetchingMetadata => Tone.Looked,
        TransferActivity.Stalled or TransferActivity.FindingPeers => Tone.Warning,
        TransferActivity.Seeding => Tone.Shared,
        TransferActivity.Downloading or TransferActivity.Finishing => Tone.Good,
        _ => Tone.Plain,
    };
}
