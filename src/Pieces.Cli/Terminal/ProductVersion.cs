using System.Reflection;

namespace Pieces.Cli.Terminal;

/// <summary>What this program calls itself.</summary>
internal static class ProductVersion
{
    /// <summary>Name and version, as <c>--version</c> prints it.</summary>
    public static string Line => $"pieces {Number}";

    /// <summary>The version alone, for example 0.1.0.</summary>
    public static string Number =>
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
