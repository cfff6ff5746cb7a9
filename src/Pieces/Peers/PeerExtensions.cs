namespace Pieces.Peers;

/// <summary>The extensions (BEP 10) that a peer supports, and the ids that it assigned to their messages.</summary>
internal sealed class PeerExtensions
{
    /// <summary>Maximum number of extensions stored per peer.</summary>
    public const int MaxNames = Wire.ExtensionHandshake.MaxExtensions;

    private readonly Dictionary<string, byte> _ids = new(StringComparer.Ordinal);

    /// <summary>Whether the peer supports an extension.</summary>
    public bool Has(string name) => _ids.ContainsKey(name);

    /// <summary>The id that the peer assigned to an extension; 0 if it does not support it.</summary>
    public byte IdOf(string name) => _ids.GetValueOrDefault(name);

    /// <summary>
    /// Stores an entry of the peer's extension handshake; id 0 disables the extension. If a later handshake omits an extension, its id stays valid
    /// (BEP 10).
    /// </summary>
    public void Set(string name, byte id)
    {
        if (id == 0)
            _ids.Remove(name);
        else if (_ids.Count < MaxNames || _ids.ContainsKey(name))
            _ids[name] = id;
    }
}
