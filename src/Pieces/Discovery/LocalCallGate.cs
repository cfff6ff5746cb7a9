using Pieces.Net;

namespace Pieces.Discovery;

/// <summary>
/// Rate limits for announcements in the local network. A sender that floods uses up only its own limit. Announcements of torrents that we do not have
/// are only parsed and do not count towards the overall limit. Not thread-safe. Reads no clock.
/// </summary>
internal sealed class LocalCallGate
{
    /// <summary>Announcements parsed per sender, per second; burst <see cref="SenderBurst"/>.</summary>
    public const int SenderRate = 2;

    /// <summary>Announcements parsed per sender in a burst: a client with many torrents sends several in a row.</summary>
    public const int SenderBurst = 20;

    /// <summary>Announced torrents of ours accepted from all senders, per second; burst <see cref="OverallBurst"/>.</summary>
    public const int OverallRate = 50;

    /// <summary>Announced torrents of ours accepted from all senders in a burst.</summary>
    public const int OverallBurst = 500;

    private const int Places = 1024;

    private readonly PerHostLimiter _ofSender;
    private readonly PerHostLimiter _overall = new(OverallRate, OverallBurst, places: 1, salt: 0);

    /// <summary>Creates the limits.</summary>
    /// <param name="salt">A random number, so that an attacker cannot predict which senders share a limit.</param>
    public LocalCallGate(ulong salt) => _ofSender = new PerHostLimiter(SenderRate, SenderBurst, Places, salt);

    /// <summary>Whether a datagram is parsed.</summary>
    public bool Reads(CompactEndPoint sender, TimeSpan now) => _ofSender.TryTake(sender.WithoutPort, now);

    /// <summary>Whether an announcement of one of our torrents is accepted.</summary>
    public bool Hears(TimeSpan now) => _overall.TryTake(default, now);
}
