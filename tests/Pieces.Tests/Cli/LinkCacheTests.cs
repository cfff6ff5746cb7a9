using Pieces.Cli.Sources;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public sealed class LinkCacheTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_link_too_many_costs_the_oldest()
    {
        DateTime now = DateTime.UtcNow;
        for (int i = 0; i < LinkCache.MaxFiles; i++)
            File.SetLastWriteTimeUtc(_folder.Write($"links/{i}", [1]), now - TimeSpan.FromMinutes(i + 1));
        Metainfo metainfo = TestInfo.Parse(TestInfo.SingleInfo());
        var cache = new LinkCache(_folder.Path);
        cache.Keep(metainfo);
        Directory.GetFiles(_folder["links"]).Should().HaveCount(LinkCache.MaxFiles);
        File.Exists(_folder[$"links/{LinkCache.MaxFiles - 1}"]).Should().BeFalse();
        cache.Find(metainfo.InfoHash).Should().Equal(metainfo.InfoBytes.ToArray());
    }

    [Theory]
    [InlineData(LinkCache.MaxLength, true)]
    [InlineData(LinkCache.MaxLength + 1, false)]
    public void Metadata_is_read_to_its_limit(int length, bool isRead)
    {
        byte[] info = new byte[length];
        var infoHash = InfoHash.OfInfo(info);
        _folder.Write($"links/{infoHash}", info);
        (new LinkCache(_folder.Path).Find(infoHash) is not null).Should().Be(isRead);
    }
}
