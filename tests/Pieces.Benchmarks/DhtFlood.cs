using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Benchmarks;

/// <summary><c>dht flood</c>: what a node costs while nothing happens, and while another process sends it noise as fast as it is told to.</summary>
internal static class DhtFlood
{
    private const int PerSecond = 50_000;
    private const int Burst = 50;

    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(20);

    /// <summary>Measures and prints a table.</summary>
    public static async Task<int> RunAsync()
    {
        await using DatagramHub hub = Open();
        await using DatagramHub otherHub = Open();
        await using DhtNode node = NodeOn(hub, null);
        await using DhtNode other = NodeOn(otherHub, hub.Port);
        while (!other.Stats.IsReady || node.Stats.NodesV4 == 0)
            await Task.Delay(50);

        // The compiler is at work for a while after the start.
        await Task.Delay(Phase);
        Console.WriteLine("| two nodes, while             | of a core | allocated a second | searches that found the peer |");
        Console.WriteLine("|------------------------------|----------:|-------------------:|-----------------------------:|");
        await RowAsync("nothing happens", node, other, noise: null);
        foreach (string kind in new[] { "random", "questions" })
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, ["dht", "noise", kind, hub.Port.ToString(CultureInfo.InvariantCulture)]);
            using Process noise = Process.Start(start)!;
            await RowAsync($"{PerSecond:N0} a second: {kind}", node, other, noise);
        }

        return 0;
    }

    /// <summary>Sends noise until it is killed, or for a minute.</summary>
    public static void SendNoise(string kind, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        byte[] datagram = new byte[100];
        new Random(1).NextBytes(datagram);
        if (kind == "questions")
            datagram = "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"u8.ToArray();
        else
            (datagram[0], datagram[^1]) = ((byte)'d', (byte)'e');
        long begun = Stopwatch.GetTimestamp();
        long sent = 0;
        while (Stopwatch.GetElapsedTime(begun) is var elapsed && elapsed < TimeSpan.FromMinutes(1))
        {
            for (; sent < elapsed.TotalSeconds * PerSecond; sent += Burst)
            {
                for (int i = 0; i < Burst; i++)
                    Send(socket, datagram);
            }

            Thread.Sleep(1);
        }
    }

    private static void Send(Socket socket, byte[] datagram)
    {
        try
        {
            socket.Send(datagram);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // The target is not listening yet or has stopped. The measuring process ends this process.
            Thread.Sleep(1);
        }
    }

    private static async Task RowAsync(string what, DhtNode node, DhtNode other, Process? noise)
    {
        using var self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        long allocated = GC.GetTotalAllocatedBytes();
        long begun = Stopwatch.GetTimestamp();
        int searches = 0;
        int found = 0;
        do
        {
            await Task.Delay(noise is null ? Phase : Phase / 10);
            if (noise is null)
                break;
            searches++;
            var target = SwarmKey.FromBytes(RandomBytes(searches));
            var search = new DhtSearch { Target = NodeId.Of(target), WantsPeers = true, AnnouncedPort = 1000 + searches };
            await other.SearchAsync(search, null, CancellationToken.None);
            await foreach (IPEndPoint peer in node.FindPeersAsync(target))
                found += peer.Port == 1000 + searches ? 1 : 0;
        }
        while (Stopwatch.GetElapsedTime(begun) < Phase);

        self.Refresh();
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        double share = (self.TotalProcessorTime - before).TotalSeconds / seconds;
        double bytes = (GC.GetTotalAllocatedBytes() - allocated) / seconds;
        string success = noise is null ? "-" : $"{found} of {searches}";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {what,-28} | {100 * share,7:0.00} % | {bytes / 1024,14:N0} KiB | {success,28} |"));
        if (noise is not { HasExited: false })
            return;
        noise.Kill();
        await noise.WaitForExitAsync();
    }

    private static byte[] RandomBytes(int seed)
    {
        byte[] bytes = new byte[SwarmKey.Length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static DatagramHub Open() =>
        new(new Outbound(new LocalBinding(IPAddress.Loopback)).OpenUdp(isV6: false, 0)!, TimeProvider.System, NullLogger.Instance);

    private static DhtNode NodeOn(DatagramHub hub, int? bootstrap)
    {
        DnsEndPoint[] begin = bootstrap is { } port ? [new DnsEndPoint("127.0.0.1", port)] : [];
        var node = new DhtNode(new DhtOptions { AllowLoopback = true, Routers = [], Bootstrap = [.. begin] }, hub);
        hub.Start();
        node.Start();
        return node;
    }
}
