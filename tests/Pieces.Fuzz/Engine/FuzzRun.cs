using System.Diagnostics;

namespace Pieces.Fuzz.Engine;

/// <summary>What a run of one target came to.</summary>
/// <param name="Target">Its name.</param>
/// <param name="Inputs">Inputs that were run.</param>
/// <param name="Time">How long it took.</param>
/// <param name="Branches">Branches seen; 0 without instrumentation.</param>
/// <param name="Corpus">Inputs in the corpus at the end.</param>
/// <param name="SlowestMilliseconds">Time of the slowest input.</param>
/// <param name="MostAllocated">Bytes that the most expensive input allocated.</param>
/// <param name="Fault">The first fault, or null.</param>
internal sealed record FuzzResult(
    string Target, long Inputs, TimeSpan Time, int Branches, int Corpus, double SlowestMilliseconds, long MostAllocated, FuzzFault? Fault);

/// <summary>An input that must not be able to do what it did.</summary>
/// <param name="Input">The bytes.</param>
/// <param name="Reason">What happened.</param>
internal sealed record FuzzFault(byte[] Input, string Reason);

/// <summary>Runs one target: the corpus first, then inputs made from it, until the time or the number is used up or a fault is found.</summary>
internal sealed class FuzzRun
{
    private readonly IFuzzTarget _target;
    private readonly FuzzCorpus _corpus;
    private readonly Random _random;
    private readonly Mutator _mutator;
    private readonly IBranchMap _branches;
    private readonly HangWatch _watch;
    private double _slowest;
    private long _mostAllocated;

    public FuzzRun(IFuzzTarget target, FuzzCorpus corpus, int seed, HangWatch watch, IBranchMap branches)
    {
        _target = target;
        _corpus = corpus;
        _random = new Random(seed);
        _mutator = new Mutator(_random, target.Words, target.MaxLength);
        _watch = watch;
        _branches = branches;
    }

    /// <summary>Runs it.</summary>
    /// <param name="maxInputs">Number of inputs made from the corpus.</param>
    /// <param name="maxTime">Time for them.</param>
    public FuzzResult Run(long maxInputs, TimeSpan maxTime)
    {
        long began = Stopwatch.GetTimestamp();
        long inputs = 0;
        FuzzFault? fault = null;
        foreach (byte[] input in _corpus.All.ToArray())
        {
            inputs++;
            if ((fault ??= Try(input)) is not null)
                break;
            _branches.TakeNews();
        }

        for (long made = 0; made < maxInputs && fault is null; made++)
        {
            if ((made & 0xFF) == 0 && Stopwatch.GetElapsedTime(began) > maxTime)
                break;
            byte[] input = _mutator.Mutate(_corpus.Choose(_random), _corpus.Choose(_random));
            inputs++;
            fault = Try(input);
            if (fault is null && _branches.TakeNews())
                _corpus.Add(input);
        }

        return new FuzzResult(
            _target.Name, inputs, Stopwatch.GetElapsedTime(began), _branches.Branches, _corpus.Count, _slowest, _mostAllocated, fault);
    }

    /// <summary>Runs one input; what is wrong with it, or null.</summary>
    public FuzzFault? Try(byte[] input)
    {
        _watch.Begin(_target.Name, input);
        _branches.Begin();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long began = Stopwatch.GetTimestamp();
        try
        {
            _target.Run(input);
        }
#pragma warning disable CA1031 // An exception of any type is what is looked for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new FuzzFault(input, e.ToString());
        }
        finally
        {
            _watch.End();
        }

        TimeSpan time = Stopwatch.GetElapsedTime(began);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        _mostAllocated = Math.Max(_mostAllocated, allocated);
        if (allocated > FuzzLimits.MaxAllocation)
            return new FuzzFault(input, $"it allocated {allocated} bytes; at most {FuzzLimits.MaxAllocation} are allowed");
        // The machine may be busy, so time that was spent is measured a second time before it counts.
        if (time > FuzzLimits.MaxTime && Again(input) is var second && second > FuzzLimits.MaxTime)
            return new FuzzFault(input, $"it took {second.TotalSeconds:0.0} s; at most {FuzzLimits.MaxTime.TotalSeconds:0} s are allowed");
        _slowest = Math.Max(_slowest, time.TotalMilliseconds);
        return null;
    }

    private TimeSpan Again(byte[] input)
    {
        long began = Stopwatch.GetTimestamp();
        _target.Run(input);
        return Stopwatch.GetElapsedTime(began);
    }
}
