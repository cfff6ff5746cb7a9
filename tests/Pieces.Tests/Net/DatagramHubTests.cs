using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Net;

namespace Pieces.Tests.Net;

[Trait("Tier", "Pure")]
public class DatagramHubTests
{
    [Theory]
    [InlineData(DatagramHub.MaxDatagramLength)]
    [InlineData(DatagramHub.MaxDatagramLength + 1)]
    public async Task A_datagram_is_cut_at_its_limit(int length)
    {
        var handler = new Handler();
        await using var hub = new DatagramHub(new OneDatagram(length), TimeProvider.System, NullLogger.Instance);
        hub.Add(handler);
        hub.Start();
        (await handler.Length.Task.WaitAsync(TestContext.Current.CancellationToken)).Should().Be(DatagramHub.MaxDatagramLength);
    }

    private sealed class Handler : IDatagramHandler
    {
        public TaskCompletionSource<int> Length { get; } = new();

        public bool TryTake(ReadOnlySpan<byte> datagram, CompactEndPoint from) => Length.TrySetResult(datagram.Length);
    }

    /// <summary>Receives one datagram. What does not fit into the buffer is lost.</summary>
    private sealed class OneDatagram(int length) : IDatagramSocket
    {
        private bool _isReceived;

        public bool IsV6 => false;

        public int Port => 6881;

        public async ValueTask<(int Length, CompactEndPoint From)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (_isReceived)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            _isReceived = true;
            return (Math.Min(length, buffer.Length), default);
        }

        public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to) => false;

        public CompactEndPoint? AddressTowards(CompactEndPoint to) => null;

        public void Dispose()
        {
        }
    }
}
