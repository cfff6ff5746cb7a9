using Microsoft.Extensions.Time.Testing;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Tests.Peers;
using Pieces.Torrents;
using Pieces.Torrents.Crowd;
using Pieces.Torrents.Uploading;
using Pieces.Wire;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class UploaderTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void One_request_too_many_while_choked_closes_the_connection()
    {
        var link = new FakeLink();
        var peer = new PeerState(new SenderId(1), link, 1, _time, _time.GetTimestamp());
        Uploader uploader = UploaderFor(peer);
        var request = new RequestMessage(0, 0, BlockRequest.MaxLength);
        for (int i = 0; i < Uploader.MaxRequestsWhileChoked; i++)
            uploader.OnRequest(peer, request);
        peer.Ending.Should().Be(PeerEnding.Unplanned);
        link.Sent.Should().HaveCount(Uploader.MaxRequestsWhileChoked).And.AllBeOfType<RejectRequestMessage>();
        uploader.OnRequest(peer, request);
        peer.Ending.Should().Be(PeerEnding.Offence);
    }

    private Uploader UploaderFor(PeerState peer)
    {
        var layout = new PieceLayout(BlockRequest.MaxLength, BlockRequest.MaxLength);
        var table = new PieceTable(layout, Bitfield.Full(1), Bitfield.Full(1));
        var pool = new PeerPool(new PeerBook(_time, new Random(1), new AddressPolicy()), PeerId.Create(new Random(1)), 10, _time);
        pool.Admit(peer);
        var round = new ChokeRound(new Choker(_time, new Random(1)), _time, ByteRate.Unlimited, slots: null);
        var show = new SuperSeeding(table, table.Have, pool, isAllowed: false, _time);
        return new Uploader(layout, table.Have, pool, round, new Delivery(layout, countsBlocks: false, _ => { }), show);
    }
}
