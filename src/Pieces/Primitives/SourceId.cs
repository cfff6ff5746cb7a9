namespace Pieces.Primitives;

/// <summary>Who a block was asked of or came from: one peer connection today, a web seed later. Never reused within one torrent.</summary>
/// <param name="Value">A number that only has to differ; 0 is "nobody known", as for blocks found on the disk.</param>
internal readonly record struct SourceId(int Value)
{
    /// <summary>Nobody in particular, and so nobody to blame.</summary>
    public static SourceId None => default;
}
