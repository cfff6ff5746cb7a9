namespace Pieces.Cli.Transfers;

/// <summary>Where events for programs go.</summary>
internal enum EventTarget
{
    /// <summary>Nowhere: people are told.</summary>
    None,

    /// <summary>To stdout.</summary>
    Output,

    /// <summary>To stderr, since stdout is taken by the content itself.</summary>
    Error,
}
