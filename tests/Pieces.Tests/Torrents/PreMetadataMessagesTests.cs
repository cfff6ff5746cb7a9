using Pieces.Torrents;
using Pieces.Torrents.MetadataExchange;
using Pieces.Wire;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class PreMetadataMessagesTests
{
    [Fact]
    public void Everything_that_still_counts_is_said_again_in_an_order_in_which_it_could_have_been_said()
    {
        var words = new PreMetadataMessages();
        var bitfield = new BitfieldMessage([0xF0]);
        Hear(words, UnchokeMessage.Instance, bitfield, InterestedMessage.Instance, new HaveMessage(5), new AllowedFastMessage(3), new HaveMessage(6));
        words.Replay().Messages.Should().Equal(
            bitfield, new HaveMessage(5), new HaveMessage(6), new AllowedFastMessage(3), UnchokeMessage.Instance, InterestedMessage.Instance);
        words.BitfieldBytes.Should().Be(1);
        words.IsIncomplete.Should().BeFalse();
    }

    [Fact]
    public void The_last_word_counts()
    {
        var words = new PreMetadataMessages();
        Hear(words, HaveAllMessage.Instance, UnchokeMessage.Instance, InterestedMessage.Instance, new HaveMessage(1));
        Hear(words, HaveNoneMessage.Instance, ChokeMessage.Instance, NotInterestedMessage.Instance);
        words.Replay().Messages.Should().Equal(HaveNoneMessage.Instance);
    }

    [Fact]
    public void More_pieces_than_are_kept_make_it_incomplete()
    {
        var words = new PreMetadataMessages();
        for (uint i = 0; i < PreMetadataMessages.MaxHaves; i++)
            words.Hear(new HaveMessage(i));
        words.IsIncomplete.Should().BeFalse();
        words.Hear(new HaveMessage(7));
        words.IsIncomplete.Should().BeTrue();
        words.Replay().Messages.Should().HaveCount(PreMetadataMessages.MaxHaves);
    }

    [Fact]
    public void More_allowed_fast_pieces_than_are_kept_are_forgotten()
    {
        var words = new PreMetadataMessages();
        for (uint i = 0; i <= PreMetadataMessages.MaxAllowedFast; i++)
            words.Hear(new AllowedFastMessage(i));
        words.Replay().Messages.Should().HaveCount(PreMetadataMessages.MaxAllowedFast);
        words.IsIncomplete.Should().BeFalse();
    }

    [Fact]
    public void A_bitfield_without_room_is_dropped_and_that_is_known()
    {
        var words = new PreMetadataMessages();
        words.Hear(new BitfieldMessage(new byte[1000]));
        words.DropStatement();
        words.BitfieldBytes.Should().Be(0);
        words.IsIncomplete.Should().BeTrue();
        words.Replay().Messages.Should().BeEmpty();
    }

    [Fact]
    public void What_has_no_place_here_is_not_heard()
    {
        var words = new PreMetadataMessages();
        words.Hear(new RequestMessage(0, 0, 1)).Should().BeFalse();
        words.Hear(new PortMessage(1)).Should().BeFalse();
        words.Replay().Messages.Should().BeEmpty();
    }

    private static void Hear(PreMetadataMessages words, params PeerMessage[] messages)
    {
        foreach (PeerMessage message in messages)
            words.Hear(message).Should().BeTrue();
    }
}
