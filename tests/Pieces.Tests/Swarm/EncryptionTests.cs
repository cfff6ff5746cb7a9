using System.Collections.Concurrent;
using System.Net;
using Pieces.Encryption;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>Whole clients with different encryption policies, and hosts that abuse encrypted handshakes.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class EncryptionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(3);

    // The link is slow, so that the download is not complete when the first connection ends.
    private static readonly InMemoryLink Slow = new(TimeSpan.FromMilliseconds(50), 256 * 1024);

    /// <summary>Whether the download works for each pair of policies. The client with the first policy dials.</summary>
    [Theory]
    [InlineData(EncryptionPolicy.Prefer, EncryptionPolicy.Prefer, true, false)]
    [InlineData(EncryptionPolicy.Prefer, EncryptionPolicy.Require, true, true)]
    [InlineData(EncryptionPolicy.Prefer, EncryptionPolicy.Off, true, false)]
    [InlineData(EncryptionPolicy.Require, EncryptionPolicy.Prefer, true, true)]
    [InlineData(EncryptionPolicy.Require, EncryptionPolicy.Require, true, true)]
    [InlineData(EncryptionPolicy.Require, EncryptionPolicy.Off, false, false)]
    [InlineData(EncryptionPolicy.Off, EncryptionPolicy.Prefer, true, false)]
    [InlineData(EncryptionPolicy.Off, EncryptionPolicy.Require, false, false)]
    [InlineData(EncryptionPolicy.Off, EncryptionPolicy.Off, true, false)]
    public async Task Policies_decide_who_can_connect_with_whom(EncryptionPolicy dialler, EncryptionPolicy dialled, bool connects, bool isEncrypted)
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = AddSeed(swarm, dialled);
        await swarm.ReadyAsync(seed);
        SwarmMember leecher = AddLeecher(swarm, dialler, seed.EndPoint);
        if (connects)
        {
            await swarm.UntilDoneAsync(leecher);
            leecher.Notices.Of<PeerNotice>().First().Should().Match<PeerNotice>(notice => notice.IsEncrypted == isEncrypted);
            seed.Notices.Of<PeerNotice>().First().Should().Match<PeerNotice>(notice => notice.IsEncrypted == isEncrypted);
        }
        else
        {
            await swarm.UntilAsync(() => swarm.Network.DialsTo(seed.Address) >= 3, "it is tried again");
            leecher.ConnectionsOf(seed.Address).Should().Be(0);
            seed.ConnectionsOf(leecher.Address).Should().Be(0);
        }

        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(EncryptionPolicy.Off, 1, "a plain greeting costs nothing with one who knows no other")]
    [InlineData(EncryptionPolicy.Prefer, 1, "both ways are fine with it")]
    [InlineData(EncryptionPolicy.Require, 2, "the first greeting was plain")]
    public async Task How_often_one_is_dialled_is_up_to_what_it_wants_and_that_is_remembered(EncryptionPolicy dialled, int dials, string because)
    {
        await using var swarm = new TestSwarm();
        swarm.Network.DefaultLink = Slow;
        SwarmMember seed = AddSeed(swarm, dialled);
        await swarm.ReadyAsync(seed);
        SwarmMember leecher = AddLeecher(swarm, EncryptionPolicy.Prefer, seed.EndPoint);
        swarm.Network.SetDialFault(leecher.Address, DialFault.Refuse);
        await swarm.UntilAsync(() => leecher.Notices.Of<PieceNotice>().Any(), "data flows");
        swarm.Network.DialsTo(seed.Address).Should().Be(dials, because);
        swarm.Network.Cut(seed.Address);
        await swarm.UntilAsync(() => leecher.ConnectionsOf(seed.Address) == 2, "it comes again");
        swarm.Network.DialsTo(seed.Address).Should().Be(dials + 1, "how it wants to be greeted is known");
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(EncryptionPolicy.Off, EncryptionPolicy.Require)]
    [InlineData(EncryptionPolicy.Require, EncryptionPolicy.Off)]
    public async Task One_who_has_changed_its_mind_about_greetings_is_found_again(EncryptionPolicy first, EncryptionPolicy then)
    {
        await using var swarm = new TestSwarm();
        swarm.Network.DefaultLink = Slow;
        string address = swarm.NextAddress();
        SwarmMember seed = AddSeed(swarm, first, address);
        await swarm.ReadyAsync(seed);
        SwarmMember leecher = AddLeecher(swarm, EncryptionPolicy.Prefer, seed.EndPoint);
        await swarm.UntilAsync(() => leecher.Notices.Of<PieceNotice>().Any(), "data flows");
        await swarm.StopAsync(seed);
        SwarmMember later = AddSeed(swarm, then, address);
        await swarm.ReadyAsync(later);
        await swarm.UntilDoneAsync(leecher);
        later.Notices.Of<PeerNotice>().First().IsEncrypted.Should().Be(then == EncryptionPolicy.Require);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task One_who_is_silent_at_one_greeting_gets_the_other_the_next_time()
    {
        await using var swarm = new TestSwarm();
        var greetings = new ConcurrentQueue<bool>();
        ScriptedHost host = swarm.AddHost(async session =>
        {
            byte[] begun = new byte[Handshake.ProtocolLength];
            await session.Peer.Stream.ReadExactlyAsync(begun, session.Token);
            greetings.Enqueue(Handshake.CanBegin(begun));
            await session.UntilClosedAsync();
        });
        SwarmMember leecher = AddLeecher(swarm, EncryptionPolicy.Prefer, host.EndPoint);
        await swarm.UntilAsync(() => greetings.Count == 3, "it is greeted three times", TimeSpan.FromMinutes(2));
        greetings.Should().Equal(true, false, true);
        leecher.ConnectionsOf(host.Address).Should().Be(0);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_client_that_is_told_of_itself_dials_itself_no_more_once_it_knows_also_when_it_encrypts()
    {
        await using var swarm = new TestSwarm();
        string address = swarm.NextAddress();
        var self = new IPEndPoint(IPAddress.Parse(address), ScriptedHost.Port);
        SwarmMember leecher = swarm.Add(address, swarm.NextFolder(), TestSwarm.LeecherOptions(self), encryption: EncryptionPolicy.Require);

        // On a busy machine the key exchange may take longer than its time limit. The first connection then does not show that the address is its
        // own.
        await swarm.PassAsync(120);
        int dials = swarm.Network.DialsTo(address);
        dials.Should().BeInRange(1, 2);
        await swarm.PassAsync(600);
        swarm.Network.DialsTo(address).Should().Be(dials);
        leecher.ConnectionsOf(address).Should().Be(0);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_magnet_link_is_completed_over_encrypted_connections_alone()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = AddSeed(swarm, EncryptionPolicy.Require);
        await swarm.ReadyAsync(seed);
        SwarmMember leecher = swarm.Add(
            swarm.NextAddress(),
            swarm.NextFolder(),
            TestSwarm.LeecherOptions(),
            link: swarm.LinkTo(seed.EndPoint),
            encryption: EncryptionPolicy.Require);
        await swarm.UntilDoneAsync(leecher);
        leecher.Notices.Of<PeerNotice>().First().IsEncrypted.Should().BeTrue();
        await swarm.EndAsync();
    }

    [Fact]
    public Task Silence_is_dropped_whoever_dialled() => DropsAsync(session => session.UntilClosedAsync());

    [Fact]
    public Task Noise_is_dropped_whoever_dialled() => DropsAsync(async session =>
    {
        await session.SendBytesAsync(Noise(100_000));
        await session.UntilClosedAsync();
    });

    [Fact]
    public Task A_key_of_a_byte_a_second_is_dropped_whoever_dialled() => DropsAsync(async session =>
    {
        foreach (byte one in Key())
        {
            await session.SendBytesAsync(new[] { one });
            await session.Delay(1);
        }

        await session.UntilClosedAsync();
    });

    [Fact]
    public Task A_key_and_then_silence_is_dropped_whoever_dialled() => DropsAsync(async session =>
    {
        await session.SendBytesAsync(Key());
        await session.UntilClosedAsync();
    });

    [Fact]
    public Task A_key_that_is_none_is_dropped_whoever_dialled() => DropsAsync(async session =>
    {
        await session.SendBytesAsync(new byte[96]);
        await session.UntilClosedAsync();
    });

    [Fact]
    public Task A_key_and_then_padding_without_an_end_is_dropped_whoever_dialled() => DropsAsync(async session =>
    {
        await session.SendBytesAsync(Key());
        await session.SendBytesAsync(Noise(100_000));
        await session.UntilClosedAsync();
    });

    [Fact]
    public async Task A_hundred_strangers_who_send_a_key_alone_keep_no_honest_peer_out()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = AddSeed(swarm, EncryptionPolicy.Prefer);
        await swarm.ReadyAsync(seed);
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.SendBytesAsync(Key());
            await session.UntilClosedAsync();
        });
        for (int i = 0; i < 100; i++)
            host.Dial(seed.EndPoint);
        await swarm.PassAsync(1);
        SwarmMember leecher = AddLeecher(swarm, EncryptionPolicy.Require, seed.EndPoint);
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromMinutes(2));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task An_encrypted_greeting_for_a_torrent_that_has_ended_gets_no_answer()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = AddSeed(swarm, EncryptionPolicy.Prefer);
        await swarm.ReadyAsync(seed);
        await seed.Torrent.StopAsync();
        int left = -1;
        ScriptedHost host = swarm.AddHost(async session =>
        {
            var encryption = new StreamEncryption(EncryptionPolicy.Require, ByteChance.Of(new Random(5)), swarm.Time);
            byte[] greeting = ScriptedPeer.HandshakeBytes(session.Data.Metainfo.Swarms[0], session.Id);
            await encryption.DialAsync(session.Peer.Stream, session.Data.Metainfo.Swarms[0], greeting, session.Token);
            left = 0;
        });
        host.Dial(seed.EndPoint);
        await swarm.UntilAsync(() => host.Ended == 1, "it is closed", Soon);
        left.Should().Be(-1, "the handshake was never done");
        await swarm.EndAsync();
    }

    private static SwarmMember AddSeed(TestSwarm swarm, EncryptionPolicy policy, string? address = null, params IPEndPoint[] peers)
    {
        string folder = swarm.NextFolder();
        swarm.Data.WriteContent(folder);
        var options = new TorrentOptions { SeedOnly = true, Seed = new SeedGoals(), Peers = [.. peers] };
        return swarm.Add(address ?? swarm.NextAddress(), folder, options, encryption: policy);
    }

    private static SwarmMember AddLeecher(TestSwarm swarm, EncryptionPolicy policy, params IPEndPoint[] peers) =>
        swarm.Add(swarm.NextAddress(), swarm.NextFolder(), TestSwarm.LeecherOptions(peers), encryption: policy);

    private static byte[] Noise(int count)
    {
        byte[] noise = new byte[count];
        new Random(5).NextBytes(noise);
        return noise;
    }

    private static byte[] Key() => new KeyExchange(Noise(20)).PublicKey.ToArray();

    private static async Task DropsAsync(Func<ScriptedSession, Task> abuse)
    {
        foreach (EncryptionPolicy policy in (EncryptionPolicy[])[EncryptionPolicy.Prefer, EncryptionPolicy.Require])
            await DropsAsync(abuse, policy);
    }

    // Checks that the leecher closes its connections with the host in time, both the one that the host dials and those that the leecher dials. Then
    // the leecher downloads from an honest peer.
    private static async Task DropsAsync(Func<ScriptedSession, Task> abuse, EncryptionPolicy policy)
    {
        await using var swarm = new TestSwarm();
        ScriptedHost host = swarm.AddHost(abuse);
        SwarmMember leecher = AddLeecher(swarm, policy, host.EndPoint);
        await swarm.ReadyAsync(leecher);
        host.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => host.Ended >= 3, "all are dropped", Soon);
        leecher.ConnectionsOf(host.Address).Should().Be(0, "the handshake was never done");
        leecher.Now.Phase.Should().Be(TorrentPhase.Downloading);
        AddSeed(swarm, policy, swarm.NextAddress(), leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }
}
