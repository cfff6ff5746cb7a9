using System.Net;
using Pieces.Cli.Share;
using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Trackers.Server;

namespace Pieces.Tests.Share;

[Trait("Tier", "Pure")]
public class ShareLedgerTests
{
    private readonly ShareLedger _ledger = new();

    [Fact]
    public void What_both_witnesses_tell_of_one_peer_is_one_download()
    {
        Saw("10.0.0.2", 40000, id: 1, listens: 6881).Should().BeTrue();
        Heard("10.0.0.2", 6881, id: 1).Should().BeFalse();
        _ledger.Count.Should().Be(1);
    }

    [Fact]
    public void A_program_that_calls_itself_otherwise_to_the_tracker_is_known_by_its_port()
    {
        Heard("10.0.0.2", 6881, id: 1).Should().BeTrue();
        Saw("10.0.0.2", 40000, id: 2, listens: 6881).Should().BeFalse();
    }

    [Fact]
    public void One_that_does_not_tell_its_port_is_known_by_its_address()
    {
        Saw("10.0.0.2", 40000, id: 2, listens: null).Should().BeTrue();
        Heard("::ffff:10.0.0.2", 6881, id: 1).Should().BeFalse();
        Heard("10.0.0.2", 6882, id: 3).Should().BeTrue("its port is known by now, and this is another");
    }

    [Fact]
    public void One_that_comes_by_one_family_and_reports_by_the_other_is_one()
    {
        Saw("fd00::2", 40000, id: 2, listens: 6881).Should().BeTrue();
        Heard("10.0.0.2", 6881, id: 1).Should().BeFalse();
    }

    [Fact]
    public void Two_runs_on_one_machine_are_two_downloads()
    {
        Saw("10.0.0.2", 40000, id: 1, listens: 6881).Should().BeTrue();
        Heard("10.0.0.2", 6881, id: 1).Should().BeFalse();
        Heard("10.0.0.2", 6881, id: 2).Should().BeTrue();
        Saw("10.0.0.2", 40001, id: 2, listens: 6881).Should().BeFalse();
        _ledger.Count.Should().Be(2);
    }

    [Fact]
    public void Two_machines_with_the_same_port_are_two_downloads()
    {
        Saw("10.0.0.2", 40000, id: 1, listens: 6881).Should().BeTrue();
        Saw("10.0.0.3", 40000, id: 2, listens: 6881).Should().BeTrue();
        Heard("10.0.0.2", 6881, id: 1).Should().BeFalse();
        Heard("10.0.0.3", 6881, id: 2).Should().BeFalse();
        _ledger.Count.Should().Be(2);
    }

    [Fact]
    public void A_peer_that_says_it_again_counts_once()
    {
        Heard("10.0.0.2", 6881, id: 1).Should().BeTrue();
        Heard("10.0.0.2", 6881, id: 1).Should().BeFalse();
        Heard("fd00::2", 6881, id: 1).Should().BeFalse("it reports to the tracker by each of its addresses");
    }

    [Fact]
    public void A_forged_report_to_the_tracker_counts_for_nothing()
    {
        _ledger.Heard(TrackedAt("10.0.0.99", 6881, 9)).Should().BeFalse("nothing was sent there");
        _ledger.Count.Should().Be(0);
    }

    [Fact]
    public void A_host_counts_once_for_each_connection_over_which_bytes_were_sent()
    {
        _ledger.Served(IPAddress.Parse("10.0.0.98"));
        for (int port = 1000; port < 3000; port++)
            _ledger.Heard(new TrackedPeer(PeerId.Create(new Random(port)), new IPEndPoint(IPAddress.Parse("10.0.0.98"), port)));
        _ledger.Count.Should().Be(1);
    }

    [Fact]
    public void Many_hosts_cost_bounded_memory_and_their_downloads_stay_counted()
    {
        const int Hosts = ShareLedger.MaxHosts + 1;
        for (int i = 0; i < Hosts; i++)
        {
            var address = new IPAddress(0x0A | ((long)i << 8));
            _ledger.Served(address);
            _ledger.Heard(new TrackedPeer(PeerId.Create(new Random(i)), new IPEndPoint(address, 6881))).Should().BeTrue();
        }

        _ledger.Count.Should().Be(Hosts);
        var first = new IPAddress(0x0A);
        _ledger.Heard(new TrackedPeer(PeerId.Create(new Random(-1)), new IPEndPoint(first, 6882))).Should().BeFalse(
            "the host that was served first is forgotten");
    }

    private bool Saw(string address, int port, byte id, int? listens)
    {
        _ledger.Served(IPAddress.Parse(address));
        return _ledger.Saw(
            new PeerNotice(new IPEndPoint(IPAddress.Parse(address), port), PeerChange.Completed, "", "") { Id = IdOf(id), ListenPort = listens });
    }

    private bool Heard(string address, int port, byte id)
    {
        _ledger.Served(IPAddress.Parse(address));
        return _ledger.Heard(TrackedAt(address, port, id));
    }

    private static TrackedPeer TrackedAt(string address, int port, byte id) => new(IdOf(id), new IPEndPoint(IPAddress.Parse(address), port));

    private static PeerId IdOf(byte id) => PeerId.FromBytes([.. Enumerable.Repeat(id, PeerId.Length)]);
}
