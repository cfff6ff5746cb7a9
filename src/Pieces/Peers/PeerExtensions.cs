namespace Pieces.Peers;

/// <summary>Which extensions (BEP 10) a peer speaks, and the ids under which it wants to get their messages.</summary>
internal sealed class PeerExtensions
{
    /// <summary>Most extensions that are remembered of one peer.</summary>
    public const int MaxNames = Wire.ExtensionHandshake.MaxExtensions;

    private readonly Dictionary<string, byte> _ids = new(StringComparer.Ordinal);

    /// <summary>Whether the peer takes messages of an extension.</summary>
    public bool Has(string name) => _ids.ContainsKey(name);

    /// <summary>The id under which the peer takes messages of an extension; 0 when it takes none.</summary>
    public byte IdOf(string name) => _ids.GetValueOrDefault(name);

    /// <summary>The peer has named an extension in its handshake; id 0 switches it off. One that is not named again keeps its id (BEP 10).</summary>
    public void Set(string name, byte id)
    {
        if (id == 0)
            _ids.Remove(name);
        else if (_ids.Count < MaxNames || _ids.ContainsKey(name))
            _ids[name] = id;
    }
}
