using System.Diagnostics;

namespace Pieces.Fuzz.Engine;

/// <summary>
/// Ends the program, with the input in a file, when one input does not return. A loop that never ends cannot be stopped in any other way.
/// </summary>
internal sealed class HangWatch : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Timer _timer;
    private readonly string _folder;
    private string _target = "";
    private byte[]? _input;
    private long _began;

    /// <param name="folder">Where the input goes.</param>
    public HangWatch(string folder)
    {
        _folder = folder;
        _timer = new Timer(_ => Look(), null, LookInterval, LookInterval);
    }

    /// <summary>An input begins.</summary>
    public void Begin(string target, byte[] input)
    {
        lock (_lock)
        {
            _target = target;
            _input = input;
            _began = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>It has returned.</summary>
    public void End()
    {
        lock (_lock)
            _input = null;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        byte[] input;
        lock (_lock)
        {
            if (_input is null || Stopwatch.GetElapsedTime(_began) < FuzzLimits.HangTime)
                return;
            input = _input;
        }

        string path = CrashFile.Write(_folder, _target, input);
        Console.Error.WriteLine($"{_target}: an input has not returned after {FuzzLimits.HangTime.TotalSeconds:0} s; it is in {path}");
        Environment.Exit(1);
    }
}
