namespace Pieces.Primitives;

/// <summary>
/// The source that a block was requested or received from: one peer connection (in future also a web seed). Never reused within one torrent.
/// </summary>
/// <param name="Value">A number that identifies the source; 0 for an unknown source, for example of blocks found on the disk.</param>
internal readonly record struct SenderId(int Value)
{
    /// <summary>An unknown source, which cannot be banned for bad data.</summary>
    public static SenderId None => default;
}
