namespace Pieces.Cli.Transfers;

/// <summary>How the paths of finished files are printed.</summary>
internal enum PathStyle
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>One path per line.</summary>
    Lines,

    /// <summary>Each path ends with a NUL byte, for <c>xargs -0</c>.</summary>
    NulEnded,
}
