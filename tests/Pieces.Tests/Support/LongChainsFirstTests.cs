using Xunit.Sdk;

namespace Pieces.Tests.Support;

[LongChain(Seconds = 1)]
[Trait("Tier", "Pure")]
public class LongChainsFirstTests
{
    [Fact]
    public void The_class_behind_a_collection_is_found()
    {
        ITestCollection ofThis = TestContext.Current.TestCollection!;
        LongChainsFirst.SecondsOf(ofThis).Should().Be(1, ofThis.TestCollectionDisplayName);
    }
}
