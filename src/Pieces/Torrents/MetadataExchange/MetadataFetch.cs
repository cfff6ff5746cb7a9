using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// Decides which part of the metadata to request from which peer, until the received bytes match the info-hash (BEP 9). Peers that claim different
/// sizes are handled separately. Metadata that turns out to be wrong is discarded as a whole, and a peer is only convicted for bytes that it sent
/// itself. Pure; owned by the torrent's loop.
/// </summary>
internal sealed class MetadataFetch
{
    /// <summary>Maximum number of claimed sizes that are fetched concurrently. Further sizes take turns.</summary>
    public const int MaxActive = 8;

    /// <summary>Maximum bytes of unverified metadata held over all claimed sizes. Beyond that, the largest assembly is discarded.</summary>
    public const long MaxHeld = 2L * ExtensionHandshake.MaxMetadataSize;

    /// <summary>Maximum number of sizes that a peer may claim, one after another.</summary>
    public const int MaxClaims = 3;

    // Maximum number of peers that fill assemblies of their own concurrently. Large metadata reduces it further, because of MaxHeld.
    private const int MaxSlots = 16;

    // Maximum number of remembered digests of discarded parts. They convict senders of wrong data once the metadata is complete.
    private const int MaxEvidence = 4 * 4096;

    // Time without a new part after which a turn ends, in seconds. The next waiting size gets the turn.
    private const double IdleTurnSeconds = 10;

    // Maximum length of a turn, in seconds.
    private const double LongestTurnSeconds = 30;

    private readonly Dictionary<SenderId, MetadataOffer> _offers = [];
    private readonly Dictionary<SenderId, int> _claims = [];
    private readonly List<MetadataGroup> _groups = [];
    private readonly List<MetadataEvidence> _evidence = [];
    private readonly InfoHash _infoHash;
    private readonly TimeProvider _time;

    public MetadataFetch(InfoHash infoHash, TimeProvider time)
    {
        _infoHash = infoHash;
        _time = time;
    }

    /// <summary>The verified metadata; null until it is complete.</summary>
    public byte[]? Result { get; private set; }

    /// <summary>Whether any peer offers metadata.</summary>
    public bool HasOffers => _offers.Count > 0;

    /// <summary>
    /// The state of the most advanced assembly: received bytes, not verified yet, and claimed size. Both are 0 if no peer offers metadata.
    /// </summary>
    public (int Held, int Size) Progress
    {
        get
        {
            MetadataGroup? best = null;
            foreach (MetadataGroup group in _groups)
            {
                if (best is null || group.Furthest > best.Furthest)
                    best = group;
            }

            return best is null ? (0, 0) : (best.Furthest, best.Size);
        }
    }

    /// <summary>Bytes of unverified metadata held over all claimed sizes.</summary>
    public long Held
    {
        get
        {
            long held = 0;
            foreach (MetadataGroup group in _groups)
            {
                foreach (MetadataAssembly assembly in group.Assemblies)
                    held += assembly.Held;
            }

            return held;
        }
    }

    /// <summary>A peer announces the size of its metadata, or null if it has none.</summary>
    /// <returns>False if the peer has claimed too many different sizes.</returns>
    public bool Offer(SenderId peer, int? size)
    {
        if (_offers.TryGetValue(peer, out MetadataOffer? known) && known.Size == size)
            return true;
        Leave(peer);
        if (size is not { } claimed || Result is not null)
            return true;
        int claims = _claims.GetValueOrDefault(peer) + 1;
        _claims[peer] = claims;
        if (claims > MaxClaims)
            return false;
        var offer = new MetadataOffer(peer, claimed, _time);
        _offers.Add(peer, offer);
        GroupOf(claimed).Add(offer);
        return true;
    }

    /// <summary>A peer has left, or no longer offers metadata.</summary>
    public void Leave(SenderId peer)
    {
        if (!_offers.Remove(peer, out MetadataOffer? offer))
            return;
        MetadataGroup group = _groups.Find(group => group.Size == offer.Size)!;
        Keep(offer.Size, group.Remove(offer)?.Parts ?? []);
        if (group.Offers.Count == 0)
            _groups.Remove(group);
    }

    /// <summary>A connection has ended: also forgets how many sizes the peer has claimed.</summary>
    public void Forget(SenderId peer)
    {
        Leave(peer);
        _claims.Remove(peer);
    }

    /// <summary>A part has been received.</summary>
    /// <param name="peer">The sender.</param>
    /// <param name="data">The part. This object takes ownership of its bytes.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="convicted">Receives the peers that have certainly sent wrong data.</param>
    /// <returns>False if the part was not requested, or belongs to metadata of another size than the peer claims.</returns>
    public bool Take(SenderId peer, MetadataData data, long now, List<SenderId> convicted)
    {
        // A part is requested from several peers, so answers still arrive after the metadata is complete.
        if (Result is not null)
            return true;
        if (!_offers.TryGetValue(peer, out MetadataOffer? offer) || data.TotalSize != offer.Size || !offer.OnData(data.Part, now))
            return false;
        MetadataGroup group = _groups.Find(group => group.Size == offer.Size)!;
        MetadataAssembly assembly = group.AssemblyOf(peer);
        if (assembly.Add(data.Part, new MetadataPart(data.Bytes, peer)))
        {
            group.ProgressAt = now;
            StayWithin(assembly);
        }
        else if (!assembly.IsSame(data.Part, data.Bytes.Span))
        {
            Disagree(group, peer, data);
            assembly = group.AssemblyOf(peer);
        }

        if (assembly.IsComplete)
            Judge(group, assembly, convicted);
        return true;
    }

    /// <summary>A peer has rejected the request for a part.</summary>
    /// <returns>False if the part was not requested.</returns>
    public bool Reject(SenderId peer, int part, long now) => _offers.TryGetValue(peer, out MetadataOffer? offer) && offer.OnReject(part, now);

    /// <summary>Appends the requests to send now, and marks them as pending. Also takes back requests that were not answered in time.</summary>
    public void Fill(long now, List<MetadataAsk> into)
    {
        if (Result is not null)
            return;
        TakeTurns(now);
        for (int i = 0; i < _groups.Count && i < MaxActive; i++)
            _groups[i].Fill(now, into);
    }

    private MetadataGroup GroupOf(int size)
    {
        if (_groups.Find(group => group.Size == size) is { } known)
            return known;
        var group = new MetadataGroup(size, (int)Math.Clamp(MaxHeld / 2 / size, 1, MaxSlots));
        _groups.Add(group);
        return group;
    }

    private void TakeTurns(long now)
    {
        foreach (MetadataGroup group in _groups.Take(MaxActive).ToArray())
        {
            bool isIdle = _time.GetElapsedTime(group.ProgressAt, now).TotalSeconds > IdleTurnSeconds;
            if (!isIdle && _time.GetElapsedTime(group.ActiveSince, now).TotalSeconds <= LongestTurnSeconds)
                continue;
            group.EndTurn();
            if (_groups.Count > MaxActive && _groups.Remove(group))
                _groups.Add(group);
        }

        for (int i = 0; i < _groups.Count && i < MaxActive; i++)
            _groups[i].BeginTurn(now);
    }

    // Two peers sent different bytes for the same part. From now on each fills an assembly of its own, which will show which of them is wrong.
    private void Disagree(MetadataGroup group, SenderId peer, MetadataData data)
    {
        if (group.IsApart)
            return;
        Keep(group.Size, group.Separate());
        group.AssemblyOf(peer).Add(data.Part, new MetadataPart(data.Bytes, peer));
    }

    private void Judge(MetadataGroup group, MetadataAssembly assembly, List<SenderId> convicted)
    {
        byte[] whole = assembly.Join();
        if (InfoHash.OfInfo(whole) == _infoHash)
        {
            Conclude(whole, convicted);
            return;
        }

        if (assembly.HasOneSender(out SenderId liar))
        {
            assembly.Clear();
            convicted.Add(liar);
            Leave(liar);
        }
        else
        {
            Keep(group.Size, group.Separate());
        }
    }

    // With the correct metadata at hand, every peer that sent different bytes is convicted.
    private void Conclude(byte[] whole, List<SenderId> convicted)
    {
        Result = whole;
        foreach (MetadataGroup group in _groups)
        {
            if (group.Size == whole.Length)
                Keep(group.Size, group.Assemblies.SelectMany(assembly => assembly.Parts));
        }

        foreach (MetadataEvidence evidence in _evidence)
        {
            if (evidence.Size != whole.Length || convicted.Contains(evidence.Sender))
                continue;
            int at = evidence.Part * MetadataCodec.PartLength;
            var truth = Sha1Digest.Of(whole.AsSpan(at, MetadataCodec.LengthOf(evidence.Part, whole.Length)));
            if (!truth.Equals(evidence.Digest))
                convicted.Add(evidence.Sender);
        }

        _offers.Clear();
        _groups.Clear();
        _evidence.Clear();
    }

    private void Keep(int size, IEnumerable<KeyValuePair<int, MetadataPart>> parts)
    {
        foreach ((int part, MetadataPart content) in parts)
        {
            if (_evidence.Count < MaxEvidence)
                _evidence.Add(new MetadataEvidence(content.Sender, part, size, Sha1Digest.Of(content.Bytes.Span)));
        }
    }

    private void StayWithin(MetadataAssembly grown)
    {
        if (Held <= MaxHeld)
            return;
        MetadataAssembly largest = grown;
        foreach (MetadataAssembly assembly in _groups.SelectMany(group => group.Assemblies))
        {
            if (assembly.Held > largest.Held)
                largest = assembly;
        }

        largest.Clear();
    }

    private readonly record struct MetadataEvidence(SenderId Sender, int Part, int Size, Sha1Digest Digest);
}
