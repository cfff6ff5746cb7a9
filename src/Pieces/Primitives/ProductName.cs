namespace Pieces.Primitives;

/// <summary>How this program names itself to peers and trackers. The version is the assembly's, which all builds take from one place.</summary>
internal static class ProductName
{
    /// <summary>The name alone.</summary>
    public const string Name = "Pieces";

    /// <summary>The version, for example <c>0.1.0</c>.</summary>
    public static string Version { get; } = typeof(ProductName).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Both, as people read them, for example <c>Pieces 0.1.0</c>.</summary>
    public static string Full { get; } = $"{Name} {Version}";
}
