namespace Pieces.Cli.Transfers;

/// <summary>Where events for programs are written.</summary>
internal enum EventTarget
{
    /// <summary>Nowhere. The output is for people.</summary>
    None,

    /// <summary>To stdout.</summary>
    Output,

    /// <summary>To stderr, because stdout carries the content.</summary>
    Error,
}
