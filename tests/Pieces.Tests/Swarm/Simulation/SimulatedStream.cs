using System.Net;
using Pieces.Net;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>One end of a simulated connection.</summary>
internal sealed class SimulatedConnection(SimulatedStream stream, IPEndPoint local, IPEndPoint remote) : ITransportConnection
{
    public Stream Stream => stream;

    public IPEndPoint RemoteEndPoint => remote;

    public IPEndPoint LocalEndPoint => local;

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}

/// <summary>The stream of one end. Like the stream of a socket, it can fill several buffers with one read.</summary>
internal sealed class SimulatedStream(SimulatedPipe input, SimulatedPipe output) : DuplexStream, IScatterReader
{
    public bool CanScatter => true;

    public int Available => input.Readable;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        input.ReadAsync(buffer, cancellationToken);

    public ValueTask<int> ReadAsync(List<Memory<byte>> buffers)
    {
        if (input.Readable == 0)
            return input.ReadAsync(buffers[0], CancellationToken.None);
        int count = 0;
        foreach (Memory<byte> buffer in buffers)
            count += input.Take(buffer.Span);
        return new ValueTask<int>(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        output.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            input.CloseReader();
            output.CloseWriter();
        }

        base.Dispose(disposing);
    }
}
