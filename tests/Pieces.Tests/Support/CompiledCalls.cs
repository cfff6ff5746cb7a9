using System.Reflection;
using System.Reflection.Emit;

namespace Pieces.Tests.Support;

/// <summary>
/// Reads from compiled code which methods and types a method calls, creates and tests for. A method includes its lambdas, local functions and state
/// machine.
/// </summary>
internal static class CompiledCalls
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value);

    /// <summary>The members that the code of a type's method mentions, overloads taken together.</summary>
    /// <param name="type">The type that declares the method.</param>
    /// <param name="method">The method's name; `.ctor` for constructors, or a property's name for its accessors.</param>
    public static IReadOnlyList<MemberInfo> MembersOf(Type type, string method) =>
        BodiesOf(type, method).SelectMany(MembersIn).ToList();

    /// <summary>Whether a type declares a method, or a property, of that name.</summary>
    public static bool Declares(Type type, string method) => MethodsNamed(type, method).Any();

    /// <summary>The methods, or the accessors of a property, that a type declares under a name.</summary>
    public static IEnumerable<MethodBase> MethodsNamed(Type type, string method) => MethodsOf(type).Where(found => IsNamed(found, method));

    /// <summary>
    /// Whether a method has a name. Accessors have the name of their property, explicit implementations that of their interface method.
    /// </summary>
    public static bool IsNamed(MethodBase found, string method) =>
        found.Name == method || found.Name == "get_" + method || found.Name == "set_" + method ||
        found.Name.EndsWith("." + method, StringComparison.Ordinal);

    /// <summary>The members that one method body mentions.</summary>
    public static IEnumerable<MemberInfo> MembersIn(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } il)
            yield break;
        Type[]? ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        foreach (int token in TokensOf(il))
        {
            if (method.Module.ResolveMember(token, ofType, ofMethod) is { } member)
                yield return member;
        }
    }

    private static IEnumerable<MethodBase> BodiesOf(Type type, string method)
    {
        foreach (MethodBase declared in MethodsNamed(type, method))
            yield return declared;

        // The compiler turns the lambdas, local functions and state machine of a method into members whose names contain the method's name.
        string origin = $"<{method}>";
        foreach (MethodBase local in MethodsOf(type).Where(found => found.Name.StartsWith(origin, StringComparison.Ordinal)))
            yield return local;
        foreach (Type nested in type.GetNestedTypes(BindingFlags.NonPublic).SelectMany(WithNested))
        {
            bool isOfMethod = nested.Name.TrimStart('<').StartsWith($"{method}>", StringComparison.Ordinal);
            foreach (MethodBase made in MethodsOf(nested).Where(made => isOfMethod || made.Name.StartsWith(origin, StringComparison.Ordinal)))
                yield return made;
        }
    }

    private static IEnumerable<Type> WithNested(Type type) =>
        type.Name.StartsWith('<') ? type.GetNestedTypes(BindingFlags.NonPublic).SelectMany(WithNested).Prepend(type) : [];

    private static IEnumerable<MethodBase> MethodsOf(Type type) =>
        type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything));

    private static IEnumerable<int> TokensOf(byte[] il)
    {
        int at = 0;
        while (at < il.Length)
        {
            int value = il[at++];
            if (value == 0xFE)
                value = 0xFE00 | il[at++];
            OpCode code = OpCodesByValue[value];
            switch (code.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    yield return BitConverter.ToInt32(il, at);
                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + (4 * BitConverter.ToInt32(il, at));
                    break;
                default:
                    at += SizeOf(code.OperandType);
                    break;
            }
        }
    }

    private static int SizeOf(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
