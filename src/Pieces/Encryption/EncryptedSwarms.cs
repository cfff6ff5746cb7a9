using System.Collections.Concurrent;
using Pieces.Primitives;

namespace Pieces.Encryption;

/// <summary>A client's torrents, indexed by the hash that names them in an encrypted handshake. Safe for all threads.</summary>
internal sealed class EncryptedSwarms
{
    private readonly ConcurrentDictionary<Sha1Digest, SwarmKey> _byName = new();

    /// <summary>Adds a torrent.</summary>
    public void Add(SwarmKey infoHash) => _byName[SharedSecret.NameOf(infoHash)] = infoHash;

    /// <summary>Removes a torrent.</summary>
    public void Remove(SwarmKey infoHash) => _byName.TryRemove(SharedSecret.NameOf(infoHash), out _);

    /// <summary>The torrent with that hash; null if it is not one of ours.</summary>
    public SwarmKey? Find(Sha1Digest name) => _byName.TryGetValue(name, out SwarmKey infoHash) ? infoHash : null;
}
