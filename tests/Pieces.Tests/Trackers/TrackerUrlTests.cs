using Pieces.Trackers;

namespace Pieces.Tests.Trackers;

[Trait("Tier", "Pure")]
public class TrackerUrlTests
{
    [Theory]
    [InlineData("http://tracker.example:6969/announce", "http://tracker.example:6969/announce")]
    [InlineData("udp://tracker.example:80", "udp://tracker.example:80")]
    [InlineData("http://[::1]:6969/announce", "http://[::1]:6969/announce")]
    [InlineData("https://t.example/announce?passkey=s3cret&x=1", "https://t.example/announce?passkey=***&x=***")]
    [InlineData("https://t.example/announce?s3cret", "https://t.example/announce?***")]
    [InlineData("https://user:pass@t.example/announce", "https://***:***@t.example/announce")]
    [InlineData("https://t.example/0123456789abcdef0123456789abcdef/announce", "https://t.example/***/announce")]
    [InlineData("https://t.example/AbCdEfGhIjKlMnOp/announce", "https://t.example/***/announce")]
    [InlineData("https://t.example/a1b2c3d4/announce", "https://t.example/***/announce")]
    [InlineData("https://0123456789abcdef0123456789abcdef.t.example/announce", "https://***.t.example/announce")]
    [InlineData("not a url at all", "not a url at all")]
    public void Whatever_may_be_a_secret_is_starred_out(string url, string shown) => TrackerUrl.Redact(url).Should().Be(shown);

    [Fact]
    public void Control_characters_of_a_URL_are_not_printed() => TrackerUrl.Redact("http://t.example/\u001b[2J").Should().NotContain("\u001b");

    [Fact]
    public void A_URL_of_any_length_is_shown_short() => TrackerUrl.Redact("http://" + new string('a', 100_000)).Length.Should().BeLessThan(600);

    [Fact]
    public void Secrets_that_a_tracker_repeats_can_be_taken_out_again()
    {
        IReadOnlyList<string> secrets = TrackerUrl.SecretsOf("http://me:hunter2@t.example/0123456789abcdef/announce?passkey=s3cret");
        TrackerText.WithoutSecrets("bad key S3CRET for 0123456789abcdef, hunter2", secrets).Should().Be("bad key *** for ***, ***");
    }
}
