using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Pieces.Tests.Metadata;

namespace Pieces.Tests.Support;

/// <summary>
/// A call chain as ARCHITECTURE.md describes it: a numbered list below a heading. An item names a method and its file, and may state how the call
/// reaches it: "through `IPart.Method`" for an interface or a base class, "on `Event`" for a value that one method passes on and the other receives,
/// and "(from 3)" if the caller is not the previous item.
/// </summary>
internal sealed partial record Walk(string Title, IReadOnlyList<WalkStep> Steps)
{
    /// <summary>The source files that the walk leads through.</summary>
    public IReadOnlyList<string> Files => [.. Steps.Select(step => step.File).Distinct()];

    /// <summary>Reads the walk below a heading of ARCHITECTURE.md.</summary>
    public static Walk Read(string title) => Parse(title, File.ReadAllLines(Path.Combine(Repository.Root, "ARCHITECTURE.md")));

    /// <summary>Reads the walk below a heading of a text.</summary>
    public static Walk Parse(string title, IReadOnlyList<string> lines)
    {
        IEnumerable<string> section = lines.SkipWhile(line => line.TrimStart('#', ' ') != title || !line.StartsWith('#')).Skip(1)
            .TakeWhile(line => !line.StartsWith('#'));
        List<WalkStep> steps = [];
        foreach (string line in section.Where(line => line.Length > 0 && char.IsAsciiDigit(line[0])))
        {
            Match match = Item().Match(line);
            match.Success.Should().BeTrue("\"{0}\" must name a method and its file", line);
            match.Groups["number"].Value.Should().Be(
                (steps.Count + 1).ToString(CultureInfo.InvariantCulture), "the items of \"{0}\" are in order", title);
            steps.Add(new WalkStep(
                match.Groups["type"].Value,
                match.Groups["method"].Value is "ctor" ? ".ctor" : match.Groups["method"].Value,
                match.Groups["file"].Value,
                match.Groups["from"] is { Success: true, Value: var from } ? int.Parse(from, CultureInfo.InvariantCulture) - 1 : steps.Count - 1,
                match.Groups["through"] is { Success: true, Value: var through } ? through : null,
                match.Groups["on"] is { Success: true, Value: var on } ? on : null));
        }

        return new Walk(title, steps);
    }

    /// <summary>Returns the differences between the walk and the compiled code or the source files.</summary>
    public IEnumerable<string> Faults()
    {
        for (int i = 0; i < Steps.Count; i++)
        {
            WalkStep step = Steps[i];
            if (step.FindType() is not { } type)
                yield return $"{i + 1}: there is no type {step.Type} that declares {step.Method}";
            else if (!step.IsInItsFile())
                yield return $"{i + 1}: {step.File} does not declare {step.Type}";
            else if (i > 0 && Steps[step.Caller].FindType() is { } caller && !IsReached(step, type, Steps[step.Caller], caller))
                yield return $"{i + 1}: {Steps[step.Caller].Type}.{Steps[step.Caller].Method} does not lead to {step.Type}.{step.Method}";
        }
    }

    /// <summary>Returns the methods of the walk that switch by type over at least three members of a family of messages or events.</summary>
    public IEnumerable<string> SwitchesOver(params Type[] families) =>
        from step in Steps.DistinctBy(step => (step.Type, step.Method))
        let tested = CompiledCalls.MembersOf(step.FindType()!, step.Method).OfType<Type>().Distinct()
        where families.Any(family => tested.Count(type => type != family && type.IsAssignableTo(family)) >= 3)
        select $"{step.Type}.{step.Method}";

    private static bool IsReached(WalkStep step, Type type, WalkStep from, Type caller)
    {
        IReadOnlyList<MemberInfo> mentioned = CompiledCalls.MembersOf(caller, from.Method);
        if (step.On is { } value)
            return mentioned.Any(member => IsOf(member, value)) && Receives(type, step.Method, value);
        if (step.Through is not { } through)
            return mentioned.Any(member => Names(member, step.Type, step.Method));
        string contract = through[..through.LastIndexOf('.')];
        return mentioned.Any(member => Names(member, contract, through[(contract.Length + 1)..])) && Implements(type, contract);
    }

    private static bool Receives(Type type, string method, string value) =>
        CompiledCalls.MembersOf(type, method).Any(member => IsOf(member, value)) ||
        CompiledCalls.MethodsNamed(type, method).Any(
            found => found.GetParameters().Any(parameter => WalkStep.SimpleName(parameter.ParameterType) == value));

    private static bool IsOf(MemberInfo member, string value)
    {
        Type type = member as Type ?? member.DeclaringType!;
        return WalkStep.SimpleName(type) == value || type.GetGenericArguments().Any(argument => WalkStep.SimpleName(argument) == value);
    }

    private static bool Names(MemberInfo member, string type, string method) =>
        member is MethodBase called && WalkStep.SimpleName(called.DeclaringType!) == type && CompiledCalls.IsNamed(called, method);

    private static bool Implements(Type type, string contract)
    {
        for (Type? ancestor = type.BaseType; ancestor is not null; ancestor = ancestor.BaseType)
        {
            if (WalkStep.SimpleName(ancestor) == contract)
                return true;
        }

        return type.GetInterfaces().Any(implemented => WalkStep.SimpleName(implemented) == contract);
    }

    [GeneratedRegex(@"^(?<number>\d+)\. (?:\(from (?<from>\d+)\) )?(?:through `(?<through>[\w.]+)` |on `(?<on>\w+)` )?" +
        @"\[`(?<type>[\w.]+)\.(?<method>\w+)`\]\((?<file>src/[^)]+\.cs)\)")]
    private static partial Regex Item();
}

/// <summary>One item of a walk.</summary>
/// <param name="Type">Simple name of the type; "Outer.Inner" for a nested one.</param>
/// <param name="Method">Name of its method or property; ".ctor" for a constructor, which a walk writes as "ctor".</param>
/// <param name="File">Path below the repository's root.</param>
/// <param name="Caller">Index of the item that leads to this one.</param>
/// <param name="Through">The interface's or base class's method that the caller calls; null when it calls this one.</param>
/// <param name="On">The type of the value that the caller passes on and this method receives; null when it calls this one.</param>
internal sealed record WalkStep(string Type, string Method, string File, int Caller, string? Through, string? On)
{
    private static readonly ILookup<string, Type> TypesByName = new[] { typeof(TorrentClient).Assembly, typeof(Pieces.Cli.Application).Assembly }
        .SelectMany(assembly => assembly.GetTypes()).Where(type => !type.Name.Contains('<', StringComparison.Ordinal)).ToLookup(SimpleName);

    /// <summary>The type that declares the method; null when there is none.</summary>
    public Type? FindType() => TypesByName[Type].FirstOrDefault(type => CompiledCalls.Declares(type, Method));

    /// <summary>Whether the file exists and declares the type.</summary>
    public bool IsInItsFile()
    {
        string path = Path.Combine(Repository.Root, File);
        string innermost = Type[(Type.LastIndexOf('.') + 1)..];
        return System.IO.File.Exists(path) &&
            Regex.IsMatch(System.IO.File.ReadAllText(path), $@"\b(class|struct|record|interface)\s+{Regex.Escape(innermost)}\b");
    }

    /// <summary>Returns the name of a type as it appears in a walk: without the namespace and the number of type parameters.</summary>
    public static string SimpleName(Type type)
    {
        string name = type.Name.Split('`')[0];
        return type is { IsNested: true, DeclaringType: { } outer } && !type.Name.Contains('<', StringComparison.Ordinal)
            ? $"{SimpleName(outer)}.{name}"
            : name;
    }
}
