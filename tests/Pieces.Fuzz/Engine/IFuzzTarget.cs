namespace Pieces.Fuzz.Engine;

/// <summary>One parser, or one part of the client, that takes bytes from strangers.</summary>
internal interface IFuzzTarget
{
    /// <summary>The name on the command line and of the folder of its corpus.</summary>
    string Name { get; }

    /// <summary>Longest input that is generated, in bytes.</summary>
    int MaxLength { get; }

    /// <summary>Valid inputs, from which others are made.</summary>
    IEnumerable<byte[]> Seeds { get; }

    /// <summary>Byte strings that have a meaning to the parser; the mutator inserts them.</summary>
    IReadOnlyList<byte[]> Words { get; }

    /// <summary>
    /// Processes one input. It catches the exception that the parser declares, and no other: an exception that leaves this method is a fault.
    /// It also checks what must hold of a result, and throws <see cref="BrokenPromiseException"/> when that does not hold.
    /// </summary>
    void Run(byte[] input);
}

/// <summary>A parser accepted an input, and a property that its result must have does not hold.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message)
{
    /// <summary>Throws unless the condition holds.</summary>
    public static void Unless(bool condition, string promise)
    {
        if (!condition)
            throw new BrokenPromiseException(promise);
    }
}
