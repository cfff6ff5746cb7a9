namespace Pieces.Fuzz.Engine;

/// <summary>Knows which branches inputs have taken.</summary>
internal interface IBranchMap
{
    /// <summary>Number of branches seen, each with each magnitude of its count; 0 without instrumentation.</summary>
    int Branches { get; }

    /// <summary>An input begins.</summary>
    void Begin();

    /// <summary>Whether the input took a branch, or took it a number of times, that no input did before.</summary>
    bool TakeNews();
}

/// <summary>Without instrumentation no branch is ever seen, and inputs are made from the seeds alone.</summary>
internal sealed class NoBranches : IBranchMap
{
    public int Branches => 0;

    public void Begin()
    {
    }

    public bool TakeNews() => false;
}
