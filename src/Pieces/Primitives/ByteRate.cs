namespace Pieces.Primitives;

/// <summary>A limit of the transfer rate.</summary>
/// <param name="BytesPerSecond">Bytes per second; 0 for no limit.</param>
public readonly record struct ByteRate(long BytesPerSecond)
{
    /// <summary>No limit.</summary>
    public static ByteRate Unlimited => default;

    /// <summary>Whether there is no limit.</summary>
    public bool IsUnlimited => BytesPerSecond <= 0;
}
