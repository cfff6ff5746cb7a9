using System.CommandLine;
using System.Net;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Terminal;
using Pieces.Cli.Tracker;
using Pieces.Cli.Transfers;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces tracker</c>: a small tracker until a signal comes, which is no failure. Its URLs are the product, on stdout.</summary>
internal static class TrackerCommand
{
    public static Command Create(CliContext context)
    {
        Option<int?> port = Flag.Of<int?>(text => Values.Port(text), "N", "port for HTTP and UDP alike (default: 6969; 0 is any)", "--port", "-p");
        Option<IPAddress> listen = Flag.Of(Values.Address, "ADDR", "address to listen on (default: 127.0.0.1)", "--listen");
        var command = new Command("tracker", "a small tracker, by HTTP and UDP, for a LAN, a demo or a test") { port, listen };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var options = new TrackerServerOptions
            {
                TimeProvider = context.TimeProvider,
                Logger = MessageSink.CreateLogger(context.Messages),
            };
            if (parse.GetValue(port) is { } number)
                options = options with { Port = number };
            if (parse.GetValue(listen) is { } address)
                options = options with { Address = NetworkBinding.Check("--listen", address) };
            return (int)await RunAsync(context, options, cancellationToken);
        });
        return command;
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
