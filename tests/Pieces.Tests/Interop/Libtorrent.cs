namespace Pieces.Tests.Interop;

/// <summary>
/// libtorrent (Rasterbar), used through its Python binding. It has its default settings, except that several peers may share one address.
/// </summary>
internal sealed class Libtorrent : RealClient
{
    // The binding is installed for the system's interpreter, so that interpreter must be used.
    private const string Python = "/usr/bin/python3";

    private const string Script = """
        import signal, sys
        import libtorrent

        torrent, folder, port, requires_encryption, uses_utp = sys.argv[1:]
        categories = libtorrent.alert.category_t
        encryption = {
            "in_enc_policy": int(libtorrent.enc_policy.forced), "out_enc_policy": int(libtorrent.enc_policy.forced),
            "allowed_enc_level": int(libtorrent.enc_level.rc4),
        }
        session = libtorrent.session({
            **(encryption if requires_encryption == "True" else {}),
            "listen_interfaces": "127.0.0.1:" + port,
            "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
            "allow_multiple_connections_per_ip": True,
            "enable_incoming_utp": uses_utp == "True", "enable_outgoing_utp": uses_utp == "True",
            "alert_mask": int(categories.error_notification | categories.status_notification | categories.tracker_notification
                              | categories.peer_notification | categories.connect_notification),
        })
        if torrent.startswith("magnet:"):
            wanted = libtorrent.parse_magnet_uri(torrent)
        else:
            wanted = libtorrent.add_torrent_params()
            wanted.ti = libtorrent.torrent_info(torrent)
        wanted.save_path = folder
        wanted.flags |= libtorrent.torrent_flags.disable_pex
        session.add_torrent(wanted)

        ending = []
        signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
        while not ending:
            session.wait_for_alert(100)
            for alert in session.pop_alerts():
                print(alert, flush=True)
        """;

    /// <summary>Whether it uses uTP, as it does by default; default false: most tests are about TCP.</summary>
    public bool UsesUtp { get; init; }

    public override string Name => "libtorrent";

    public override bool DialsPeersOfLinks => true;

    protected override IReadOnlyList<string> Probe => [Python, "-c", "import libtorrent"];

    public override PeerProcess Start(RealClientJob job)
        => PeerProcess.Start(
            Name, job.Home, [Python, "-u", "-c", Script, job.Source, job.Folder, $"{job.Port}", $"{job.RequiresEncryption}", $"{UsesUtp}"]);
}
