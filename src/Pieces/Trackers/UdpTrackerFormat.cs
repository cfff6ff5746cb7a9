namespace Pieces.Trackers;

/// <summary>What a datagram of a UDP tracker is for (BEP 15).</summary>
internal enum UdpTrackerAction : uint
{
    /// <summary>Asks for a connection id, or gives one.</summary>
    Connect = 0,

    /// <summary>Reports a peer, or names others.</summary>
    Announce = 1,

    /// <summary>Asks for the counts of swarms, or gives them.</summary>
    Scrape = 2,

    /// <summary>Refuses a request, with a reason.</summary>
    Error = 3,
}

/// <summary>Where the fields of the datagrams of UDP trackers are (BEP 15), for the client and for the server. All numbers are big-endian.</summary>
internal static class UdpTrackerFormat
{
    /// <summary>Takes the place of the connection id in a connect request.</summary>
    public const long ProtocolId = 0x41727101980;

    /// <summary>Bytes of a request's connection id, action and transaction.</summary>
    public const int RequestHeaderLength = 16;

    /// <summary>Bytes of an answer's action and transaction.</summary>
    public const int AnswerHeaderLength = 8;

    /// <summary>Bytes of the answer to a connect request.</summary>
    public const int ConnectAnswerLength = 16;

    /// <summary>Bytes of an announce without options.</summary>
    public const int AnnounceLength = 98;

    /// <summary>Bytes of the answer to an announce without peers.</summary>
    public const int AnnounceAnswerLength = 20;

    /// <summary>Bytes of the counts of one swarm in the answer to a scrape.</summary>
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

    // In the answer to an announce.
    public const int IntervalOffset = 8;
    public const int LeechersOffset = 12;
    public const int SeedersOffset = 16;

    // In the counts of one swarm.
    public const int CountedSeedersOffset = 0;
    public const int CountedCompletedOffset = 4;
    public const int CountedLeechersOffset = 8;

    // In an answer.
    public const int AnsweredTransactionOffset = 4;
}
