namespace Pieces.Trackers;

/// <summary>Action of a datagram of a UDP tracker (BEP 15).</summary>
internal enum UdpTrackerAction : uint
{
    /// <summary>Requests or returns a connection id.</summary>
    Connect = 0,

    /// <summary>Announces a peer, or returns peers.</summary>
    Announce = 1,

    /// <summary>Requests or returns the counts of swarms.</summary>
    Scrape = 2,

    /// <summary>Returns an error with a reason.</summary>
    Error = 3,
}

/// <summary>Offsets and lengths in the datagrams of UDP trackers (BEP 15), for the client and the server, in bytes. All numbers are
/// big-endian.</summary>
internal static class UdpTrackerFormat
{
    /// <summary>Value in place of the connection id in a connect request.</summary>
    public const long ProtocolId = 0x41727101980;

    /// <summary>Length of a request's connection id, action and transaction id.</summary>
    public const int RequestHeaderLength = 16;

    /// <summary>Length of a response's action and transaction id.</summary>
    public const int AnswerHeaderLength = 8;

    /// <summary>Length of the response to a connect request.</summary>
    public const int ConnectAnswerLength = 16;

    /// <summary>Length of an announce without options.</summary>
    public const int AnnounceLength = 98;

    /// <summary>Length of the response to an announce, without peers.</summary>
    public const int AnnounceAnswerLength = 20;

    /// <summary>Length of the counts of one swarm in the response to a scrape.</summary>
    public const int CountsLength = 12;

    // In a request.
    public const int ActionOffset = 8;
    public const int TransactionOffset = 12;

    // In an announce.
    public const int InfoHashOffset = 16;
    public const int PeerIdOffset = 36;
    public const int DownloadedOffset = 56;
    public const int LeftOffset = 64;
    public const int UploadedOffset = 72;
    public const int EventOffset = 80;
    public const int AddressOffset = 84;
    public const int KeyOffset = 88;
    public const int WantedOffset = 92;
    public const int PortOffset = 96;

    // In the response to an announce.
    public const int IntervalOffset = 8;
    public const int LeechersOffset = 12;
    public const int SeedersOffset = 16;

    // In the counts of one swarm.
    public const int CountedSeedersOffset = 0;
    public const int CountedCompletedOffset = 4;
    public const int CountedLeechersOffset = 8;

    // In a response.
    public const int AnsweredTransactionOffset = 4;
}
