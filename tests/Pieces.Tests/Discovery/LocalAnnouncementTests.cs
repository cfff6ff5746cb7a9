using System.Text;
using Pieces.Discovery;
using Pieces.Primitives;

namespace Pieces.Tests.Discovery;

[Trait("Tier", "Pure")]
public class LocalAnnouncementTests
{
    private static readonly SwarmKey One = Hash(1);
    private static readonly SwarmKey Two = Hash(2);

    [Fact]
    public void It_is_written_as_the_standard_has_it() =>
        Encoding.ASCII.GetString(new LocalAnnouncement(6881, [One, Two], "c00c1e").Write("239.192.152.143:6771")).Should().Be(
            "BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\n"
            + $"Infohash: {One}\r\nInfohash: {Two}\r\ncookie: c00c1e\r\n\r\n\r\n");

    [Fact]
    public void The_longest_that_is_sent_fits_into_a_datagram()
    {
        var longest = new LocalAnnouncement(65535, [.. Enumerable.Range(0, LocalAnnouncement.MaxInfoHashes).Select(Hash)], "ffffffff");
        byte[] bytes = longest.Write("[ff15::efc0:988f]:6771");
        bytes.Should().HaveCountLessThanOrEqualTo(LocalAnnouncement.MaxLength);
        LocalAnnouncement.Read(bytes)!.InfoHashes.Should().Equal(longest.InfoHashes);
    }

    [Theory]
    [InlineData(LocalAnnouncement.MaxLength, true)]
    [InlineData(LocalAnnouncement.MaxLength + 1, false)]
    public void One_is_read_to_its_limit(int length, bool isRead)
    {
        string text = $"BT-SEARCH * HTTP/1.1\r\nPort: 6881\r\nInfohash: {One}\r\nX: ";
        byte[] bytes = Encoding.ASCII.GetBytes(text.PadRight(length, 'x'));
        bytes.Should().HaveCount(length);
        (LocalAnnouncement.Read(bytes) is not null).Should().Be(isRead);
    }

    [Theory]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: 6881\r\nInfohash: {0}\r\n\r\n\r\n")]
    [InlineData("bt-search * http/1.1\r\ninfohash:{0}\r\nPORT:6881\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nX: y\r\nno header\r\n:\r\nPort: 6881\r\nInfohash: nonsense\r\nInfohash: {0}")]
    public void What_other_clients_send_is_read(string text) =>
        LocalAnnouncement.Read(Encoding.ASCII.GetBytes(string.Format(null, text, One))).Should().BeEquivalentTo(
            new LocalAnnouncement(6881, [One], null));

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nPort: 6881\r\nInfohash: {0}\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nInfohash: {0}\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: 0\r\nInfohash: {0}\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: 65536\r\nInfohash: {0}\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: -1\r\nInfohash: {0}\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: 6881\r\nInfohash: 123\r\n\r\n")]
    [InlineData("BT-SEARCH * HTTP/1.1\r\nPort: 6881\r\n\r\n")]
    public void What_says_nothing_that_could_be_used_is_not_read(string text) =>
        LocalAnnouncement.Read(Encoding.ASCII.GetBytes(string.Format(null, text, One))).Should().BeNull();

    [Fact]
    public void Random_bytes_are_never_read()
    {
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = new byte[random.Next(LocalAnnouncement.MaxLength + 200)];
            random.NextBytes(bytes);
            LocalAnnouncement.Read(bytes).Should().BeNull();
        }
    }

    private static SwarmKey Hash(int number)
    {
        byte[] bytes = new byte[SwarmKey.Length];
        bytes[^1] = (byte)number;
        bytes[0] = 0xAB;
        return SwarmKey.FromBytes(bytes);
    }
}
