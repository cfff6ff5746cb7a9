namespace Pieces.Cli.Transfers;

/// <summary>How the paths of finished files are printed.</summary>
internal enum PathStyle
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>One a line.</summary>
    Lines,

    /// <summary>Each ended by a byte 0, for <c>xargs -0</c>.</summary>
    NulEnded,
}
