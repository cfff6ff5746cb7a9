namespace Pieces.Benchmarks.Growth;

/// <summary>One question about how a cost grows; prints the answer as a table.</summary>
internal interface IScenario
{
    Task RunAsync();
}
