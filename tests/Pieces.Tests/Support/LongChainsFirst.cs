using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Pieces.Tests.Support.LongChainsFirst))]

namespace Pieces.Tests.Support;

/// <summary>
/// Starts the longest chains of tests first. Each class is a separate collection, and collections run in parallel, so a long one that starts last
/// would run alone at the end. All other collections keep the order of xunit.
/// </summary>
public sealed class LongChainsFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. DefaultTestCollectionOrderer.Instance.OrderTestCollections(testCollections).OrderByDescending(collection => SecondsOf(collection))];

    /// <summary>The duration that the class of a collection states; 0 if it states none, or if the collection contains several classes.</summary>
    internal static int SecondsOf(ITestCollection collection) => ClassOf(collection)?.GetCustomAttribute<LongChainAttribute>()?.Seconds ?? 0;

    // The collection of a class is called "Test collection for CLASS (id: HASH)"; no other property of the collection contains the name of the class.
    private static Type? ClassOf(ITestCollection collection) => collection.TestCollectionDisplayName.Split(' ')
        .Select(word => typeof(LongChainsFirst).Assembly.GetType(word)).FirstOrDefault(type => type is not null);
}
