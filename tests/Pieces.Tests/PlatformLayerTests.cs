using System.Reflection;
using System.Runtime.InteropServices;
using Pieces.Tests.Support;

namespace Pieces.Tests;

/// <summary>Keeps what depends on the operating system in one layer.</summary>
[Trait("Tier", "Pure")]
public class PlatformLayerTests
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private const string Layer = "Pieces.Platform";
    private const string TrackerLayer = "Pieces.Trackers.Server";

    // What the program shares with the library and no user of the library needs.
    private static readonly string[] Friends =
    [
        "Pieces.Metadata.LinkText", "Pieces.Net.Http.EnvironmentProxy", "Pieces.Net.Http.HttpFetchException", "Pieces.Net.Http.HttpFetchOptions",
        "Pieces.Net.Http.HttpFetcher", "Pieces.Net.NetworkProbe", "Pieces.Primitives.DisplayText", "Pieces.Primitives.OwnThread",
        "Pieces.Primitives.SwarmKey",
        "Pieces.Storage.DownloadPlan", "Pieces.Storage.PlannedAction", "Pieces.Storage.PlannedFile", "Pieces.Torrents.DownloadPlanner",
        "Pieces.Trackers.TrackerUrl",
    ];

    private static readonly Assembly[] Shipped = [typeof(TorrentClient).Assembly, typeof(Pieces.Cli.Terminal.CliContext).Assembly];

    [Fact]
    public void Native_functions_are_imported_in_the_platform_layer_alone() =>
        NativeImports().Where(method => method.DeclaringType!.Namespace != Layer).Select(NameOf).Should().BeEmpty();

    [Fact]
    public void No_native_function_is_imported_twice() =>
        NativeImports().Select(method => method.GetCustomAttribute<DllImportAttribute>()!.EntryPoint)
            .Should().Contain(["fsync", "statx", "readv", "poll", "ioctl"]).And.OnlyHaveUniqueItems();

    [Fact]
    public void The_program_uses_what_the_library_publishes_and_listed_internals_and_nothing_else() =>
        MethodsOf(typeof(Pieces.Cli.Terminal.CliContext).Assembly)
            .SelectMany(method => CompiledCalls.MembersIn(method).Where(IsHidden)
                .Select(member => $"{NameOf(method)} uses {member.DeclaringType}.{member.Name}"))
            .Should().BeEmpty();

    [Fact]
    public void The_program_uses_the_platform_layer() =>
        MethodsOf(typeof(Pieces.Cli.Terminal.CliContext).Assembly).SelectMany(CompiledCalls.MembersIn)
            .Should().Contain(member => member.DeclaringType != null && member.DeclaringType.Namespace == Layer);

    private static IEnumerable<MethodBase> MethodsOf(Assembly assembly) =>
        assembly.GetTypes().SelectMany(type => type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)));

    private static bool IsHidden(MemberInfo member)
    {
        Type type = member as Type ?? member.DeclaringType!;
        if (type.Assembly != typeof(TorrentClient).Assembly || type.Namespace is Layer or TrackerLayer || Friends.Contains(type.FullName))
            return false;
        bool isInternal = member is MethodBase { IsAssembly: true } or FieldInfo { IsAssembly: true };
        return isInternal || !type.IsVisible;
    }

    private static IEnumerable<MethodInfo> NativeImports() =>
        from assembly in Shipped
        from type in assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where (method.Attributes & MethodAttributes.PinvokeImpl) != 0
        select method;

    private static string NameOf(MethodBase method) => $"{method.DeclaringType!.FullName}.{method.Name}";
}
