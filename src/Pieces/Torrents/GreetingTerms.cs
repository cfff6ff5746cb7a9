namespace Pieces.Torrents;

/// <summary>What we can do on a connection, as the greeting says it. Immutable.</summary>
internal sealed record GreetingTerms
{
    /// <summary>Where we can be dialled, or 0.</summary>
    public int ListenPort { get; init; }

    /// <summary>Whether we take messages of the metadata exchange (BEP 9).</summary>
    public bool TakesMetadata { get; init; }

    /// <summary>Bytes of the metadata that we serve; null when we serve none: it is not known yet, or the torrent is private.</summary>
    public int? MetadataSize { get; init; }

    /// <summary>Whether we download nothing more, though we may not have everything (BEP 21).</summary>
    public bool IsUploadOnly { get; init; }

    /// <summary>Whether we take messages of the peer exchange (BEP 11).</summary>
    public bool ExchangesPeers { get; init; }
}
