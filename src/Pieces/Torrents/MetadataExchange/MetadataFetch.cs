using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// Decides which part of the metadata to ask of whom, until bytes are here whose hash is the info-hash (BEP 9). Peers that claim different sizes are
/// kept apart; what turns out wrong is thrown away whole, and a peer is convicted only of bytes that it sent itself. Pure; owned by the torrent's
/// loop.
/// </summary>
internal sealed class MetadataFetch
{
    /// <summary>Claimed sizes that are worked on at one time; more take turns.</summary>
    public const int MaxActive = 8;

    /// <summary>Bytes that may be held over all claims; beyond that the largest assembly is thrown away.</summary>
    public const long MaxHeld = 2L * ExtensionHandshake.MaxMetadataSize;

    /// <summary>Times that a peer may change the size that it claims.</summary>
    public const int MaxClaims = 3;

    // Peers that fill assemblies of their own at one time, when memory allows so many.
    private const int MaxSlots = 16;
    private const int MaxEvidence = 4 * 4096;

    // After so long without a new part, or with others waiting, it is another's turn.
    private const double IdleTurnSeconds = 10;
    private const double LongestTurnSeconds = 30;

    private readonly Dictionary<SourceId, MetadataOffer> _offers = [];
    private readonly Dictionary<SourceId, int> _claims = [];
    private readonly List<MetadataGroup> _groups = [];
    private readonly List<MetadataEvidence> _evidence = [];
    private readonly InfoHash _infoHash;
    private readonly TimeProvider _time;

    public MetadataFetch(InfoHash infoHash, TimeProvider time)
    {
        _infoHash = infoHash;
        _time = time;
    }

    /// <summary>The metadata, verified; null until it is here.</summary>
    public byte[]? Result { get; private set; }

    /// <summary>Whether somebody offers metadata.</summary>
    public bool HasOffers => _offers.Count > 0;

    /// <summary>What is furthest: bytes here, not yet verified, and the bytes claimed; zeros when nobody offers anything.</summary>
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

    /// <summary>Bytes that are held over all claims.</summary>
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

    /// <summary>A peer says how large its metadata is; null or nothing usable when it has none.</summary>
    /// <returns>False when it has changed its mind too often.</returns>
    public bool Offer(SourceId peer, int? size)
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

    /// <summary>A peer has gone, or has no metadata any more.</summary>
    public void Leave(SourceId peer)
    {
        if (!_offers.Remove(peer, out MetadataOffer? offer))
            return;
        MetadataGroup group = _groups.Find(group => group.Size == offer.Size)!;
        Keep(offer.Size, group.Remove(offer)?.Parts ?? []);
        if (group.Offers.Count == 0)
            _groups.Remove(group);
    }

    /// <summary>Forgets how often a peer changed its mind, too: its connection is over.</summary>
    public void Forget(SourceId peer)
    {
        Leave(peer);
        _claims.Remove(peer);
    }

    /// <summary>A part has come.</summary>
    /// <param name="peer">Who sent it.</param>
    /// <param name="data">The part; its bytes become this object's.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="convicted">Gets those who certainly lied.</param>
    /// <returns>False when nobody asked for it, or it belongs to metadata of another size than the peer claims.</returns>
    public bool Take(SourceId peer, MetadataData data, long now, List<SourceId> convicted)
    {
        // Several are asked for the same part, so answers still come when all is here.
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

    /// <summary>A part is refused.</summary>
    /// <returns>False when nobody asked for it.</returns>
    public bool Reject(SourceId peer, int part, long now) => _offers.TryGetValue(peer, out MetadataOffer? offer) && offer.OnReject(part, now);

    /// <summary>Appends what to ask of whom now, and marks it as asked; looks for answers that did not come in time.</summary>
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

    // Two peers sent different bytes for one part. Which of them lies shows when each has filled an assembly of its own.
    private void Disagree(MetadataGroup group, SourceId peer, MetadataData data)
    {
        if (group.IsApart)
            return;
        Keep(group.Size, group.Separate());
        group.AssemblyOf(peer).Add(data.Part, new MetadataPart(data.Bytes, peer));
    }

    private void Judge(MetadataGroup group, MetadataAssembly assembly, List<SourceId> convicted)
    {
        byte[] whole = assembly.Join();
        if (InfoHash.OfInfo(whole) == _infoHash)
        {
            Conclude(whole, convicted);
            return;
        }

        if (assembly.HasOneSender(out SourceId liar))
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

    // Now that the truth is known, whoever sent other bytes is known, too.
    private void Conclude(byte[] whole, List<SourceId> convicted)
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

    private readonly record struct MetadataEvidence(SourceId Sender, int Part, int Size, Sha1Digest Digest);
}
