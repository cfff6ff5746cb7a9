namespace Pieces.Metadata;

/// <summary>The system for which file names are made: a name that one system accepts may be invalid or ambiguous on another.</summary>
internal enum PathRules
{
    /// <summary>Any byte except '/' and NUL; names are case-sensitive.</summary>
    Posix,

    /// <summary>As POSIX, but names are case-insensitive.</summary>
    MacOS,

    /// <summary>Forbidden characters, device names, no dot or space at the end; names are case-insensitive.</summary>
    Windows,
}
