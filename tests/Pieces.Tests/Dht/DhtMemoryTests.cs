using Pieces.Dht;
using Pieces.Dht.Messages;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

[Trait("Tier", "Pure")]
public sealed class DhtMemoryTests : IDisposable
{
    private readonly Random _random = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("pieces-dht-").FullName;

    private string CacheFile => Path.Combine(_folder, "cache", "pieces", "dht");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_written_is_read_again_and_nobody_else_may_read_it()
    {
        DhtMemory memory = Sample(5);
        DhtCacheFile.TryWrite(CacheFile, memory).Should().BeNull();
        DhtCacheFile.TryRead(CacheFile, out _)!.Nodes.Should().Equal(memory.Nodes);
        DhtCacheFile.TryRead(CacheFile, out _)!.IdV4.Should().Be(memory.IdV4);
        DhtCacheFile.TryRead(CacheFile, out _)!.IdV6.Should().BeNull();
        Directory.GetFiles(Path.GetDirectoryName(CacheFile)!).Should().Equal(CacheFile);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(CacheFile).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_full_one_has_its_limit_and_can_be_read()
    {
        byte[] bytes = Sample(3 * DhtMemory.MaxNodes).Write();
        bytes.Length.Should().BeLessThanOrEqualTo(DhtMemory.MaxLength);
        DhtMemory.TryRead(bytes)!.Nodes.Should().HaveCount(2 * DhtMemory.MaxNodes);
    }

    [Fact]
    public void A_missing_one_a_folder_and_one_in_the_way_are_reasons_not_faults()
    {
        DhtCacheFile.TryRead(CacheFile, out string reason).Should().BeNull();
        reason.Should().NotBeEmpty();
        DhtCacheFile.TryRead(_folder, out reason).Should().BeNull();
        File.WriteAllText(Path.Combine(_folder, "cache"), "");
        DhtCacheFile.TryWrite(CacheFile, Sample(1)).Should().NotBeNullOrEmpty();
    }

    [Fact]
    public void A_damaged_one_does_not_count()
    {
        byte[] good = Sample(4).Write();
        DhtMemory.TryRead(good).Should().NotBeNull();
        for (int cut = 0; cut < good.Length; cut++)
            DhtMemory.TryRead(good.AsMemory(0, cut)).Should().BeNull();
        DhtMemory.TryRead(Bytes("d5:nodes0:6:nodes60:7:versioni2ee")).Should().BeNull("another version may mean something else");
        DhtMemory.TryRead(Bytes("d5:nodes25:aaaaaaaaaaaaaaaaaaaaaaaaa6:nodes60:7:versioni1ee")).Should().BeNull();
        DhtMemory.TryRead(Bytes("d5:nodesle6:nodes60:7:versioni1ee")).Should().BeNull();
        DhtMemory.TryRead(Bytes("d5:nodes0:6:nodes60:7:versioni1ee")).Should().NotBeNull();
        string many = new('n', NodeContact.LengthV4 * (DhtMemory.MaxNodes + 1));
        DhtMemory.TryRead(Bytes($"d5:nodes{many.Length}:{many}6:nodes60:7:versioni1ee")).Should().BeNull();
        DhtMemory.TryRead(new byte[DhtMemory.MaxLength + 1]).Should().BeNull();
        for (int i = 0; i < 5000; i++)
        {
            byte[] changed = (byte[])good.Clone();
            changed[_random.Next(changed.Length)] = (byte)_random.Next(256);
            DhtMemory.TryRead(changed)?.Nodes.Length.Should().BeLessThanOrEqualTo(8);
        }
    }

    private DhtMemory Sample(int ofEachFamily) => new()
    {
        IdV4 = NodeId.Create(_random),
        Nodes =
        [
            .. Enumerable.Range(0, ofEachFamily).Select(i => Fitting($"84.124.{i / 250}.{i % 250}:6881", _random)),
            .. Enumerable.Range(0, ofEachFamily).Select(i => Fitting($"[2001:db8::{i:x}]:6881", _random)),
        ],
    };
}
