using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Swarm;

[Trait("Tier", "Swarm")]
[Collection(SwarmCollection.Name)]
public class TorrentIdentityTests
{
    [Fact]
    public async Task A_torrent_and_its_link_are_one_torrent_until_it_has_stopped()
    {
        await using var swarm = new TestSwarm();
        SwarmMember member = swarm.AddLeecher();
        InfoHash infoHash = swarm.Data.Metainfo.InfoHash;
        MagnetLink link = swarm.LinkTo(), hybrid = new() { InfoHash = infoHash, InfoHashV2 = InfoHashV2.OfInfo("info"u8) };
        foreach (MagnetLink same in new[] { link, hybrid })
        {
            Func<Task> add = () => member.Client.AddAsync(same, new TorrentOptions { OutputDirectory = member.Folder });
            await add.Should().ThrowAsync<ArgumentException>().WithMessage($"{infoHash} is already running*");
        }

        _ = member.Torrent.StopAsync();
        await swarm.UntilAsync(() => member.Torrent.Stopped.IsCompleted, "it stops");
        SwarmMember? again = null;
        await swarm.UntilAsync(CanAdd, "it can be added again");
        await swarm.CompleteHonestlyAsync(again!);
        await swarm.EndAsync();

        bool CanAdd()
        {
            try
            {
                again = swarm.AddTo(member, swarm.Data, swarm.NextFolder(), TestSwarm.LeecherOptions());
                return true;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }
}
