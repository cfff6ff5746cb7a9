namespace Pieces.Primitives;

/// <summary>The name and version that this program sends to peers and trackers. The version is that of the assembly.</summary>
internal static class ProductName
{
    /// <summary>The name without the version.</summary>
    public const string Name = "Pieces";

    /// <summary>The version, for example <c>0.1.0</c>.</summary>
    public static string Version { get; } = typeof(ProductName).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Name and version, for example <c>Pieces 0.1.0</c>.</summary>
    public static string Full { get; } = $"{Name} {Version}";
}
