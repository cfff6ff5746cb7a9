namespace Pieces.Storage;

/// <summary>How a torrent is streamed to a target in place of a folder. Immutable; each member states its default.</summary>
public sealed record StreamOptions
{
    /// <summary>Consumes the content.</summary>
    public required IContentTarget Target { get; init; }

    /// <summary>
    /// Folder of the temporary file; default: the system's temporary folder. The file is unnamed (on Windows: deleted when it is closed), so that
    /// nothing remains after the process.
    /// </summary>
    public string TemporaryFolder { get; init; } = Path.GetTempPath();

    /// <summary>
    /// Maximum length of the temporary file, in bytes. Two pieces are allowed in any case, even when they are longer than this. Default 256 MiB.
    /// </summary>
    public long TemporaryLength { get; init; } = 256 * 1024 * 1024;
}
