using System.Security.Cryptography;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage.Resume;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

/// <summary>Which resume states are valid for which torrent, and in which versions of the format.</summary>
[Trait("Tier", "Pure")]
public sealed class ResumeFileTests : IDisposable
{
    // Six pieces of 16 KiB; and the resume state that a program with version 1 of the format wrote, with pieces 0, 1, 4 and 5.
    private const string OldTorrent =
        "ZDQ6aW5mb2Q2Omxlbmd0aGk4MjAyMGU0Om5hbWU1OmEuYmluMTI6cGllY2UgbGVuZ3RoaTE2Mzg0ZTY6cGllY2VzMTIwOplBQ4WML35hqpkHRJbaZVojuiz+" +
        "TkJg0oUa3tmWyi3qdpq0tRgbVjlcvxdOFA1nZopXQSj6D+nAiqy0O29PtHELGawADNJ7ohaGzOYuGisTJQERX8x4fSNk+Mww1YK+vzYaUqancCty0T5yCgGk" +
        "QusPECsO7z/QiWVl";

    private const string OldState =
        "504353544154450a0100000001000000ad300a7e6b3b1895fb2771355c32dc07fe622d480943e43f78527b4d9a8ce01bed72f5630600000000400000" +
        "644001000000000001000000cccc4a7c7adf7cb9d77bc7b4686833977f9cf2a4b4fa27ade3357bc6cd1d040000000000000000000000000000000136" +
        "7484";

    private const int FlagsAt = 12;
    private const int FirstHashAt = 16;
    private const int SecondHashAt = 72;

    private static readonly Guid Boot = Guid.Parse("3fe44309-5278-4d7b-9a8c-e01bed72f563");

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_state_of_version_1_counts(bool isSameBoot)
    {
        File.WriteAllBytes(_path, Convert.FromHexString(OldState));
        ResumeReading reading = ResumeFile.Read(
            StorageHarness.At(_path), MetainfoParser.Parse(Convert.FromBase64String(OldTorrent)), isSameBoot ? Boot : Guid.Empty);
        reading.Verdict.Should().Be(ResumeVerdict.Good);
        StorageHarness.PiecesOf(reading.State!.Have).Should().Equal(0, 1, 4, 5);
        StorageHarness.PiecesOf(reading.State.Durable).Should().Equal(0, 1, 4, 5);
        reading.State.Doubtful.Count.Should().Be(0);
        reading.State.Candidates.Should().BeEmpty();
        reading.State.IsSized.Should().BeTrue();
        reading.State.Identities.Should().Equal([0x7bd7b97cdf7a7c4a], "the file as it was then");
    }

    [Fact]
    public void A_state_of_version_1_that_is_damaged_anywhere_gives_no_piece_that_it_did_not_have()
    {
        Metainfo metainfo = MetainfoParser.Parse(Convert.FromBase64String(OldTorrent));
        byte[] bytes = Convert.FromHexString(OldState);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 1;
            File.WriteAllBytes(_path, damaged);
            ResumeReading reading = ResumeFile.Read(StorageHarness.At(_path), metainfo, Guid.Empty);
            reading.Verdict.Should().BeOneOf(ResumeVerdict.Good, ResumeVerdict.Foreign, ResumeVerdict.Unusable);
            if (reading.State is { } state)
                StorageHarness.PiecesOf(state.Have).Should().BeSubsetOf([0, 1, 4, 5]);
            File.WriteAllBytes(_path, bytes[..i]);
            (ResumeFile.Read(StorageHarness.At(_path), metainfo, Guid.Empty).State?.Have.Count ?? 0).Should().BeOneOf(0, 4);
        }
    }

    [Fact]
    public void A_state_names_a_torrent_by_both_hashes_and_is_of_no_use_for_one_that_differs_in_either()
    {
        Metainfo hybrid = Sample(InfoHash.OfInfo("a"u8), InfoHashV2.OfInfo("a"u8));
        Write(hybrid);
        Verdict(hybrid).Should().Be(ResumeVerdict.Good);
        Verdict(Sample(hybrid.InfoHash, null)).Should().Be(ResumeVerdict.Good, "it may be the same one, seen as v1 alone");
        Verdict(Sample(hybrid.InfoHash, InfoHashV2.OfInfo("b"u8))).Should().Be(ResumeVerdict.Foreign);
        Verdict(Sample(InfoHash.OfInfo("b"u8), hybrid.InfoHashV2)).Should().Be(ResumeVerdict.Foreign);
        Verdict(Sample(InfoHash.OfInfo("b"u8), null)).Should().Be(ResumeVerdict.Foreign);
    }

    [Fact]
    public void A_state_of_one_hash_alone_has_its_place_for_either()
    {
        Metainfo v1 = Sample(InfoHash.OfInfo("a"u8), null), hybrid = Sample(v1.InfoHash, InfoHashV2.OfInfo("a"u8));
        byte[] bytes = Write(v1);
        bytes.AsSpan(SecondHashAt, InfoHashV2.Length).ContainsAnyExcept((byte)0).Should().BeFalse();
        Verdict(hybrid).Should().Be(ResumeVerdict.Good);

        // The state identifies the torrent as for a torrent that is v2 only.
        byte[] other = Write(hybrid);
        other[FlagsAt] &= unchecked((byte)~2);
        other.AsSpan(FirstHashAt, InfoHash.Length).Clear();
        Seal(other);
        Verdict(hybrid).Should().Be(ResumeVerdict.Good);
        Verdict(v1).Should().Be(ResumeVerdict.Foreign, "nothing says that they belong together");

        other[FlagsAt] &= unchecked((byte)~4);
        Seal(other);
        Verdict(hybrid).Should().Be(ResumeVerdict.Foreign, "it names no torrent at all");
    }

    private static Metainfo Sample(InfoHash first, InfoHashV2? second)
    {
        Metainfo sample = new TestTorrent("a", 100_000, 16 * 1024).Metainfo;
        return new Metainfo
        {
            InfoHash = first,
            InfoHashV2 = second,
            InfoBytes = sample.InfoBytes,
            Name = sample.Name,
            OriginalName = sample.OriginalName,
            Files = sample.Files,
            IsMultiFile = sample.IsMultiFile,
            Layout = sample.Layout,
            PieceHashes = sample.PieceHashes,
        };
    }

    private ResumeVerdict Verdict(Metainfo metainfo) => ResumeFile.Read(StorageHarness.At(_path), metainfo, Boot).Verdict;

    private byte[] Write(Metainfo metainfo)
    {
        int pieces = metainfo.Layout.PieceCount;
        var state = new ResumeState
        {
            Have = Bitfield.Full(pieces),
            Durable = new Bitfield(pieces),
            Doubtful = new Bitfield(0),
            Candidates = [],
            Identities = new long[metainfo.Files.Length],
        };
        byte[] bytes = ResumeFile.Snapshot(metainfo, Boot, state);
        File.WriteAllBytes(_path, bytes);
        return bytes;
    }

    private void Seal(byte[] snapshot)
    {
#pragma warning disable CA5350 // The form has SHA-1.
        SHA1.HashData(snapshot.AsSpan(..^20), snapshot.AsSpan(^20..));
#pragma warning restore CA5350
        File.WriteAllBytes(_path, snapshot);
    }
}
