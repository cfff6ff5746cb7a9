using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Tests.Metadata;

namespace Pieces.Tests.Storage;

[Trait("Tier", "Pure")]
public sealed class MetadataFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(MetadataFile.MaxLength, true)]
    [InlineData(MetadataFile.MaxLength + 1, false)]
    public void A_file_is_read_to_its_limit(int length, bool isRead)
    {
        string path = _folder.Write($".x{StoragePaths.FolderSuffix}/{StoragePaths.MetadataName}", []);
        using (FileStream file = File.OpenWrite(path))
            file.SetLength(length);
        (MetadataFile.Find(_folder.Path, InfoHash.OfInfo(new byte[length])) is not null).Should().Be(isRead);
    }
}
