using Pieces.Net;

namespace Pieces.Cli.Transfers;

/// <summary>Creates the give-up clock of each torrent of a run. All clocks share the interface watch and the sleep meter.</summary>
internal sealed class GiveUpClocks
{
    private readonly GiveUpLimits _limits;
    private readonly InterfaceWatch? _interface;
    private readonly SleepMeter? _sleep;

    public GiveUpClocks(TransferSettings settings, TimeProvider time)
    {
        _limits = settings.Limits;
        if (settings.Client.Binding is { } binding)
            _interface = new InterfaceWatch(binding.Device ?? binding.Address.ToString(), () => NetworkProbe.FaultOf(binding), time);
        if (_limits.Deadline is not null)
            _sleep = new SleepMeter(time);
    }

    /// <summary>Creates the clock of one torrent.</summary>
    /// <param name="begun">When the torrent was started, as the time since the beginning of the run.</param>
    public GiveUpClock Create(TimeSpan begun) => new(_limits, begun, _interface, _sleep);
}
