using System.CommandLine;
using Pieces.Torrents;

namespace Pieces.Cli.Parsing;

/// <summary>Flags that set how long to seed.</summary>
internal sealed class SeedGoalFlags
{
    private readonly Option<bool>? _seed;
    private readonly Option<double?> _ratio = Flag.Of<double?>(
        text => Values.Ratio(text), "R", "seed until R times the size is uploaded", "--seed-ratio");

    private readonly Option<TimeSpan?> _time = Flag.Of<TimeSpan?>(text => Values.Duration(text), "D", "seed for this long", "--seed-time");
    private readonly Option<TimeSpan?> _idle = Flag.Of<TimeSpan?>(
        text => Values.Duration(text), "D", "seed until nothing was uploaded for this long", "--seed-idle");

    /// <param name="withSwitch">Whether the command seeds only on request, so that it needs the flag <c>--seed</c>.</param>
    public SeedGoalFlags(bool withSwitch) =>
        _seed = withSwitch ? Flag.Switch("continue to seed after completion (any goal implies it)", "--seed") : null;

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        if (_seed is not null)
            command.Options.Add(_seed);
        command.Options.Add(_ratio);
        command.Options.Add(_time);
        command.Options.Add(_idle);
    }

    /// <summary>Sets the seeding goals. Any goal implies seeding; a command without <c>--seed</c> always seeds.</summary>
    public TorrentOptions Apply(ParseResult parse, TorrentOptions options)
    {
        var goals = new SeedGoals { Ratio = parse.GetValue(_ratio), Time = parse.GetValue(_time), Idle = parse.GetValue(_idle) };
        bool seeds = _seed is null || parse.GetValue(_seed) || goals is not { Ratio: null, Time: null, Idle: null };
        return options with { Seed = seeds ? goals : null };
    }
}
