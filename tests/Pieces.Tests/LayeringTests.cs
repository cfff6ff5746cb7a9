using System.Reflection;
using System.Text.RegularExpressions;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests;

/// <summary>Keeps the layers acyclic by what is compiled: bases, fields, signatures, locals and every call.</summary>
[Trait("Tier", "Pure")]
public class LayeringTests
{
    // Torrents.Downloading is below Peers: it downloads from providers of blocks, whatever they are.
    private static readonly string[] Order =
    [
        "Pieces.Primitives", "Pieces.Platform", "Pieces.Bencode", "Pieces.Metadata", "Pieces.Wire", "Pieces.Net", "Pieces.Net.Http",
        "Pieces.Encryption",
        "Pieces.Storage", "Pieces.Storage.Files", "Pieces.Storage.Resume", "Pieces.Storage.Transfer", "Pieces.Storage.Opening",
        "Pieces.Storage.Streaming",
        "Pieces.Storage.Stores", "Pieces.Picking", "Pieces.Providers", "Pieces.Torrents.Downloading", "Pieces.Peers",
        "Pieces.Trackers", "Pieces.Trackers.Server",
        "Pieces.Dht.Messages", "Pieces.Dht.Routing", "Pieces.Dht.Queries", "Pieces.Dht.Lookups", "Pieces.Dht", "Pieces.Discovery",
        "Pieces.Torrents.Crowd", "Pieces.Torrents.Uploading", "Pieces.Torrents.MetadataExchange", "Pieces.Torrents", "Pieces.Torrents.Lifecycle",
        "Pieces",
    ];

    [Fact]
    public void No_layer_mentions_one_above_it()
    {
        List<string> wrong = [];
        foreach (Type type in typeof(TorrentClient).Assembly.GetTypes())
        {
            int own = LayerOf(type);
            if (own < 0)
                continue;
            foreach (Type mentioned in new Mentions(type).All())
            {
                int other = LayerOf(mentioned);
                if (other > own)
                    wrong.Add($"{type.FullName} mentions {mentioned.FullName}");
            }
        }

        wrong.Distinct().Should().BeEmpty();
    }

    [Fact]
    public void Every_type_of_the_library_stands_in_a_known_layer() =>
        typeof(TorrentClient).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith("Pieces", StringComparison.Ordinal) == true && LayerOf(type) < 0)
            .Should().BeEmpty();

    [Fact]
    public void The_walk_sees_a_call_that_no_signature_shows() =>
        new Mentions(typeof(CallsInside)).All().Should().Contain(typeof(Pieces.Primitives.PeerId));

    [Fact]
    public void Only_two_files_of_the_library_touch_memory_by_its_address() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Pieces"), "*.cs", SearchOption.AllDirectories)
            .Where(file => Regex.IsMatch(File.ReadAllText(file), @"\bunsafe\b (static |class |struct |\{)|\bUnsafe\.|NullRef|DangerousAddRef"))
            .Select(Path.GetFileName)
            .Should().BeEquivalentTo("NativeSlab.cs", "ScatterCall.cs");

    [Fact]
    public void The_storage_hashes_content_by_the_piece_hasher_alone() =>
        typeof(TorrentClient).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith("Pieces.Storage", StringComparison.Ordinal) == true)
            .Where(type => new Mentions(type).All().Contains(typeof(Pieces.Primitives.Sha1Digest)))
            .Select(type => type.Name)
            .Should().BeEquivalentTo("ResumeFile");

    private static int LayerOf(Type type) =>
        type.Assembly == typeof(TorrentClient).Assembly ? Array.IndexOf(Order, type.Namespace) : -1;

    private static class CallsInside
    {
        public static string Run() => Pieces.Primitives.PeerId.Create(new Random(1)).ToString();
    }

    /// <summary>Collects the types that one type mentions, generic arguments and element types taken apart.</summary>
    internal sealed class Mentions(Type type)
    {
        private const BindingFlags Everything =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

        private readonly HashSet<Type> _found = [];

        public HashSet<Type> All()
        {
            Add(type.BaseType);
            foreach (Type contract in type.GetInterfaces())
                Add(contract);
            foreach (FieldInfo field in type.GetFields(Everything))
                Add(field.FieldType);
            foreach (MethodBase method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)))
                AddMethod(method);
            return _found;
        }

        private void AddMethod(MethodBase method)
        {
            AddSignature(method);
            if (method.GetMethodBody() is not { } body)
                return;
            foreach (LocalVariableInfo local in body.LocalVariables)
                Add(local.LocalType);
            foreach (MemberInfo member in CompiledCalls.MembersIn(method))
                AddMember(member);
        }

        private void AddMember(MemberInfo member)
        {
            switch (member)
            {
                case Type mentioned:
                    Add(mentioned);
                    break;
                case FieldInfo field:
                    Add(field.DeclaringType);
                    Add(field.FieldType);
                    break;
                case MethodBase method:
                    Add(method.DeclaringType);
                    AddSignature(method);
                    break;
            }
        }

        private void AddSignature(MethodBase method)
        {
            foreach (ParameterInfo parameter in method.GetParameters())
                Add(parameter.ParameterType);
            if (method is MethodInfo info)
                Add(info.ReturnType);
            if (method.IsGenericMethod)
            {
                foreach (Type argument in method.GetGenericArguments())
                    Add(argument);
            }
        }

        private void Add(Type? mentioned)
        {
            if (mentioned is null || !_found.Add(mentioned))
                return;
            if (mentioned.HasElementType)
                Add(mentioned.GetElementType());
            if (mentioned.IsGenericType)
            {
                foreach (Type argument in mentioned.GetGenericArguments())
                    Add(argument);
                Add(mentioned.GetGenericTypeDefinition());
            }
        }
    }
}
