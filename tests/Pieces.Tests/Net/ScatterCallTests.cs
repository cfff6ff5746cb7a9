using System.Net;
using System.Net.Sockets;
using Pieces.Platform;
using Pieces.Tests.Support;

namespace Pieces.Tests.Net;

[Trait("Tier", "Loopback")]
public class ScatterCallTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_buffer_too_many_is_left_for_the_next_call()
    {
        Assert.SkipUnless(ScatterCall.IsSupported, "this system has no such call");
        const int Count = ScatterCall.MaxBuffers + 1;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var sender = new TcpClient();
        await sender.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Token);
        using Socket receiver = await listener.AcceptSocketAsync(Token);
        await sender.GetStream().WriteAsync(new byte[Count], Token);
        await FakeTimeSteps.UntilAsync(() => receiver.Available == Count, Token);
        List<Memory<byte>> buffers = [.. Enumerable.Range(0, Count).Select(_ => GC.AllocateArray<byte>(1, pinned: true).AsMemory())];
        ScatterCall.TryRead(receiver.SafeHandle, buffers).Should().Be(ScatterCall.MaxBuffers);
        ScatterCall.TryRead(receiver.SafeHandle, buffers).Should().Be(1);
    }
}
