using System.CommandLine;
using System.Net;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Cli.Tracker;
using Pieces.Net;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces tracker</c>: runs a small tracker until a signal arrives, which is a successful end. Its URLs are printed to stdout.</summary>
internal static class TrackerCommand
{
    public static Command Create(CliContext context)
    {
        Option<int?> port = Flag.Of<int?>(text => Values.Port(text), "N", "port for both HTTP and UDP (default: 6969; 0 means any)", "--port", "-p");
        Option<IPAddress> listen = Flag.Of(
            Values.Address, "ADDR", "address to listen on (default: 127.0.0.1; with --interface: its address)", "--listen");
        var reach = new ReachFlags();
        var command = new Command("tracker", "run a small tracker (HTTP and UDP) for a LAN, a demo or a test") { port, listen };
        reach.AddTo(command);
        command.SetAction(async (parse, cancellationToken) =>
        {
            var options = new TrackerServerOptions
            {
                TimeProvider = context.TimeProvider,
                Logger = MessageSink.CreateLogger(context.Messages),
            };
            if (parse.GetValue(port) is { } number)
                options = options with { Port = number };
            LocalBinding? binding = NetworkReach.Open(reach.Read(parse)).Binding;
            if (AddressOf(parse.GetValue(listen), binding) is { } address)
                options = options with { Address = NetworkBinding.Check("--listen", address) };
            return (int)await RunAsync(context, options, cancellationToken);
        });
        return command;
    }

    // With --interface the tracker listens only on the address of that interface. --listen may name that address or a wildcard address, but no other.
    private static IPAddress? AddressOf(IPAddress? listen, LocalBinding? binding)
    {
        if (binding is null)
            return listen;
        bool fits = listen is null || listen.Equals(binding.Address) || listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any);
        string name = binding.Device ?? binding.Address.ToString();
        return fits ? binding.Address : throw FailureException.Usage($"--listen {listen}: the address of --interface {name} is {binding.Address}");
    }

    private static async Task<ExitCode> RunAsync(CliContext context, TrackerServerOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await TrackerServer.RunAsync(
                options,
                server =>
                {
                    context.Output.WriteLine(server.HttpUrl);
                    context.Output.WriteLine(server.UdpUrl);
                    context.Output.Flush();
                },
                cancellationToken);
            return ExitCode.Success;
        }
        catch (IOException e)
        {
            throw new FailureException(ExitCode.Failure, $"tracker: {e.Message}", e);
        }
    }
}
