using Pieces.Cli.Failures;
using Pieces.Metadata;
using Pieces.Storage;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class OutcomeTests
{
    [Theory]
    [InlineData(StorageError.File, ExitCode.FileError)]
    [InlineData(StorageError.DiskFull, ExitCode.DiskFull)]
    [InlineData(StorageError.PathOccupied, ExitCode.PathOccupied)]
    [InlineData(StorageError.Locked, ExitCode.Locked)]
    public void Each_trouble_of_the_disk_has_its_code(StorageError fault, object code) =>
        Outcome.Of(new StorageException(fault, "a.iso", "a.iso: no")).Code.Should().Be((ExitCode)code);

    [Fact]
    public void A_bad_torrent_is_named_with_what_is_wrong()
    {
        var outcome = Outcome.Of(new MetainfoException("\"pieces\" is 41 bytes long"), "x.torrent");
        outcome.Code.Should().Be(ExitCode.BadTorrent);
        outcome.Message.Should().Be("x.torrent: \"pieces\" is 41 bytes long");
    }

    [Fact]
    public void What_is_missing_or_forbidden_has_its_code()
    {
        Outcome.Of(new FileNotFoundException()).Code.Should().Be(ExitCode.NotFound);
        Outcome.Of(new UnauthorizedAccessException()).Code.Should().Be(ExitCode.FileError);
        Outcome.Of(new IOException("no space", 28)).Code.Should().Be(ExitCode.DiskFull);
        Outcome.Of(new FailureException(ExitCode.InterfaceGone, "eth9: gone")).Should().Be(new Outcome(ExitCode.InterfaceGone, "eth9: gone"));
    }

    [Fact]
    public void What_nobody_foresaw_is_called_a_bug()
    {
        var outcome = Outcome.Of(new InvalidOperationException("boom"));
        outcome.Code.Should().Be(ExitCode.Failure);
        outcome.Message.Should().Contain("InvalidOperationException").And.Contain("boom").And.Contain("bug");
    }

    [Theory]
    [InlineData(new int[0], 0)]
    [InlineData(new[] { 0, 0 }, 0)]
    [InlineData(new[] { 0, 4, 0 }, 4)]
    [InlineData(new[] { 4, 4 }, 4)]
    [InlineData(new[] { 3, 0, 4 }, 12)]
    public void Several_sources_end_with_one_code(int[] codes, int combined) =>
        ((int)Outcome.Combine(codes.Select(code => (ExitCode)code))).Should().Be(combined);

    [Fact]
    public void Codes_are_those_that_scripts_rely_on()
    {
        Dictionary<string, int> codes = Enum.GetValues<ExitCode>().ToDictionary(code => code.ToString(), code => (int)code);
        codes.Should().BeEquivalentTo(new Dictionary<string, int>
        {
            ["Success"] = 0,
            ["Failure"] = 1,
            ["Usage"] = 2,
            ["NotFound"] = 3,
            ["BadTorrent"] = 4,
            ["NoPeer"] = 5,
            ["Stalled"] = 6,
            ["Deadline"] = 7,
            ["DiskFull"] = 8,
            ["FileError"] = 9,
            ["BadData"] = 10,
            ["Locked"] = 11,
            ["Several"] = 12,
            ["PathOccupied"] = 13,
            ["HookFailed"] = 14,
            ["InterfaceGone"] = 15,
            ["TrackersRefused"] = 16,
            ["Hangup"] = 129,
            ["Interrupted"] = 130,
            ["BrokenPipe"] = 141,
            ["Terminated"] = 143,
        });
    }
}
