using Pieces.Net;

namespace Pieces.Discovery;

/// <summary>
/// How many calls of the local network are listened to. One sender's flood uses up its own share. Calls for torrents that we do not have cost only
/// their reading and use up no share of all. Not safe for several threads. Pure.
/// </summary>
internal sealed class LocalCallGate
{
    /// <summary>Calls of one sender that are read, a second; <see cref="SenderBurst"/> at once.</summary>
    public const int SenderRate = 2;

    /// <summary>Calls of one sender at once: a client with many torrents sends several in a row.</summary>
    public const int SenderBurst = 20;

    /// <summary>Calls for torrents of ours that are listened to, a second, over all senders; <see cref="OverallBurst"/> at once.</summary>
    public const int OverallRate = 50;

    /// <summary>Calls for torrents of ours at once.</summary>
    public const int OverallBurst = 500;

    private const int Places = 1024;

    private readonly SourceLimiter _ofSender;
    private readonly SourceLimiter _overall = new(OverallRate, OverallBurst, places: 1, salt: 0);

    /// <summary>Makes one.</summary>
    /// <param name="salt">Chance: makes who shares a limit with whom unforeseeable.</param>
    public LocalCallGate(ulong salt) => _ofSender = new SourceLimiter(SenderRate, SenderBurst, Places, salt);

    /// <summary>Whether a datagram is read.</summary>
    public bool Reads(CompactEndPoint sender, TimeSpan now) => _ofSender.TryTake(sender.WithoutPort, now);

    /// <summary>Whether a call for a torrent of ours is listened to.</summary>
    public bool Hears(TimeSpan now) => _overall.TryTake(default, now);
}
