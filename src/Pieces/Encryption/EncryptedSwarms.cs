using System.Collections.Concurrent;
using Pieces.Primitives;

namespace Pieces.Encryption;

/// <summary>The torrents of a client by the name that an encrypted greeting gives them. Safe for all threads.</summary>
internal sealed class EncryptedSwarms
{
    private readonly ConcurrentDictionary<Sha1Digest, SwarmKey> _byName = new();

    /// <summary>A torrent may be asked for from now on.</summary>
    public void Add(SwarmKey infoHash) => _byName[SharedSecret.NameOf(infoHash)] = infoHash;

    /// <summary>A torrent is no more.</summary>
    public void Remove(SwarmKey infoHash) => _byName.TryRemove(SharedSecret.NameOf(infoHash), out _);

    /// <summary>The torrent of a name; null when it is none of ours.</summary>
    public SwarmKey? Find(Sha1Digest name) => _byName.TryGetValue(name, out SwarmKey infoHash) ? infoHash : null;
}
