using Pieces.Fuzz.Engine;

namespace Pieces.Fuzz.Targets;

/// <summary>A parser with one way in.</summary>
/// <param name="name">The name of the target.</param>
/// <param name="maxLength">Longest input, in bytes.</param>
/// <param name="seeds">Valid inputs.</param>
/// <param name="words">Byte strings with a meaning.</param>
/// <param name="run">Processes an input.</param>
internal sealed class ParserTarget(
    string name, int maxLength, Func<IEnumerable<byte[]>> seeds, IReadOnlyList<byte[]> words, Action<byte[]> run) : IFuzzTarget
{
    public string Name => name;

    public int MaxLength => maxLength;

    public IEnumerable<byte[]> Seeds => seeds();

    public IReadOnlyList<byte[]> Words => words;

    public void Run(byte[] input) => run(input);

    public override string ToString() => name;
}
