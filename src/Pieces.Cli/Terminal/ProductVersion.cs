using System.Reflection;

namespace Pieces.Cli.Terminal;

/// <summary>Name and version of this program.</summary>
internal static class ProductVersion
{
    /// <summary>Name and version, as printed by <c>--version</c>.</summary>
    public static string Line => $"pieces {Number}";

    /// <summary>The version number, for example 0.1.0.</summary>
    public static string Number =>
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
