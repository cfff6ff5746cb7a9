using System.Diagnostics;
using System.Net.Sockets;
using System.Reflection;
using Pieces.Net;
using Pieces.Tests.Support;

namespace Pieces.Tests;

/// <summary>
/// Each class of tests carries one tier, so that a run can choose among them:
/// <c>Pure</c> needs a processor and a temporary folder;
/// <c>Swarm</c> runs whole clients, or thousands of nodes, on a network in memory;
/// <c>Loopback</c> uses sockets, or runs the executable or a shell;
/// <c>Interop</c> runs other people's programs;
/// <c>Benchmark</c> runs the program of tests/Pieces.Benchmarks.
/// </summary>
[Trait("Tier", "Pure")]
public class TierTests
{
    private static readonly string[] Tiers = ["Pure", "Swarm", "Loopback", "Interop", "Benchmark"];

    private static readonly Type[] OutsideWorld =
    [
        typeof(Process), typeof(Socket), typeof(TcpListener), typeof(TcpClient), typeof(UdpClient), typeof(TcpTransport), typeof(UdpDatagramSocket),
        typeof(ScriptedHttpServer), typeof(PiecesProcess), typeof(RealProcess), typeof(ShellRun), typeof(ShellPipe), typeof(Tmux),
        typeof(NetworkSpace), typeof(DiskImage), typeof(OtherUser),
        typeof(TestSwarm),
    ];

    private static IEnumerable<Type> TestClasses =>
        typeof(TierTests).Assembly.GetTypes().Where(type => TestsOf(type).Any());

    [Fact]
    public void Each_class_of_tests_carries_one_tier() =>
        TestClasses.Where(type => TiersOf(type) is not [var tier] || !Tiers.Contains(tier))
            .Select(
                type => $"{type.FullName}: [Trait(\"Tier\", ...)] says '{string.Join(", ", TiersOf(type))}', not one of {string.Join(", ", Tiers)}")
            .Should().BeEmpty();

    [Fact]
    public void No_test_carries_a_tier_of_its_own() =>
        TestClasses.SelectMany(TestsOf).Where(test => TiersOf(test).Count > 0).Select(test => $"{test.DeclaringType}.{test.Name}").Should().BeEmpty();

    [Fact]
    public void Pure_tests_start_no_process_open_no_socket_and_run_no_client() =>
        TestClasses.Where(type => TiersOf(type) is ["Pure"] && type != typeof(TierTests))
            .SelectMany(type => UsedBy(type).Intersect(OutsideWorld).Select(used => $"{type.FullName} uses {used.FullName}"))
            .Should().BeEmpty();

    private static IEnumerable<MethodInfo> TestsOf(Type type) =>
        type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Where(method => method.IsDefined(typeof(FactAttribute)));

    private static List<string> TiersOf(MemberInfo member) =>
        [.. member.GetCustomAttributes<TraitAttribute>().Where(trait => trait.Name == "Tier").Select(trait => trait.Value)];

    // What a class mentions itself, in its lambdas and asynchronous methods, too.
    private static IEnumerable<Type> UsedBy(Type type) =>
        new LayeringTests.Mentions(type).All().Concat(type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).SelectMany(UsedBy));
}
