namespace Pieces.Storage;

/// <summary>How a torrent is streamed instead of being put into a folder. Immutable; every default is given at its member.</summary>
public sealed record StreamOptions
{
    /// <summary>Takes the content.</summary>
    public required IContentTarget Target { get; init; }

    /// <summary>Folder of the temporary file, which has no name there; default the system's.</summary>
    public string TemporaryFolder { get; init; } = Path.GetTempPath();

    /// <summary>Length of the temporary file at the most, in bytes; two pieces, if they are longer. Default 256 MiB.</summary>
    public long TemporaryLength { get; init; } = 256 * 1024 * 1024;
}
