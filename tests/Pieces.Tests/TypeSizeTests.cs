using System.Reflection;
using System.Runtime.CompilerServices;

namespace Pieces.Tests;

/// <summary>Keeps the types of the library small. What is larger is listed here, and ARCHITECTURE.md gives the reason.</summary>
[Trait("Tier", "Pure")]
public class TypeSizeTests
{
    private const int MostFields = 10;
    private const int MostParameters = 6;

    private static readonly string[] Exceptions = ["DhtAnnouncer", "DhtNode", "LookupRun", "MagnetParser", "RateLimiter"];

    [Fact]
    public void Types_have_few_fields_and_constructors_few_parameters() =>
        typeof(TorrentClient).Assembly.GetTypes()
            .Where(type => !IsGenerated(type) && !IsRecord(type) && (FieldsOf(type) > MostFields || ParametersOf(type) > MostParameters))
            .Where(type => !Exceptions.Contains(type.Name))
            .Select(type => $"{type.FullName}: {FieldsOf(type)} fields, {ParametersOf(type)} parameters")
            .Should().BeEmpty();

    [Fact]
    public void What_is_listed_is_still_large() =>
        typeof(TorrentClient).Assembly.GetTypes().Where(type => FieldsOf(type) > MostFields || ParametersOf(type) > MostParameters)
            .Select(type => type.Name).Should().Contain(Exceptions);

    [Fact]
    public void There_are_few_exceptions() => Exceptions.Should().HaveCountLessThanOrEqualTo(5);

    // Fields that hold state. A property that holds its own value is a part of the interface and is not counted.
    private static int FieldsOf(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Count(field => !IsGenerated(field));

    private static int ParametersOf(Type type) =>
        type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Select(constructor => constructor.GetParameters().Length).DefaultIfEmpty().Max();

    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    // A record is a value: its members are what it says, not what it works with.
    private static bool IsRecord(Type type) =>
        type.GetMethod("<Clone>$") is not null
        || (type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null);
}
