namespace Pieces.Metadata;

/// <summary>Whose names files get: what one system takes, another refuses or confuses.</summary>
internal enum PathRules
{
    /// <summary>Any byte but '/' and NUL; names differ by case.</summary>
    Posix,

    /// <summary>As POSIX, but names do not differ by case.</summary>
    MacOS,

    /// <summary>Forbidden characters, device names, no dot or space at the end; names do not differ by case.</summary>
    Windows,
}
