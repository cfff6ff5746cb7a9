using Pieces.Peers;
using Pieces.Torrents.Lifecycle;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class CompletionStateTests
{
    private readonly PieceRig _rig = new(pieces: 2);

    [Fact]
    public void A_download_is_complete_when_its_pieces_are_stored_and_its_files_have_their_names()
    {
        CompletionState state = Begin(unfinishedFiles: 2);
        state.OnFile();
        Download();
        state.TryComplete().Should().BeFalse("a file lacks its final name");
        state.OnFile();
        state.TryComplete().Should().BeTrue();
        state.IsComplete.Should().BeTrue();
        state.BeganComplete.Should().BeFalse();
    }

    [Fact]
    public void It_completes_once_and_keeps_the_time()
    {
        CompletionState state = Begin(unfinishedFiles: 0);
        Download();
        long now = _rig.Now;
        state.TryComplete().Should().BeTrue();
        _rig.Time.Advance(TimeSpan.FromSeconds(5));
        state.TryComplete().Should().BeFalse();
        state.CompletedAt.Should().Be(now);
    }

    [Fact]
    public void A_stream_is_complete_when_its_target_has_read_everything()
    {
        CompletionState state = Begin(unfinishedFiles: 0, isStream: true);
        Download();
        state.TryComplete().Should().BeFalse();
        state.OnDelivered();
        state.TryComplete().Should().BeTrue();
    }

    [Fact]
    public void What_is_only_seeded_is_complete_as_it_is_and_began_so()
    {
        CompletionState state = Begin(unfinishedFiles: 1, isSeedOnly: true);
        state.IsComplete.Should().BeFalse("nothing is complete before the check");
        state.BeganComplete.Should().BeTrue();
        state.TryComplete().Should().BeTrue();
    }

    private CompletionState Begin(int unfinishedFiles, bool isStream = false, bool isSeedOnly = false)
    {
        var state = new CompletionState(_rig.Manager, _rig.Time, unfinishedFiles, isStream, isSeedOnly);
        state.Begin();
        return state;
    }

    private void Download()
    {
        PeerState seed = _rig.Seed();
        _rig.Download((_, _) => PieceRig.Good, seed);
    }
}
