using System.Diagnostics;
using System.Globalization;
using Pieces.Tests.Dht.Simulation;

namespace Pieces.Benchmarks;

/// <summary>
/// <c>dht [--nodes N] [--seed N]</c>: simulates a DHT of the shipped nodes and prints how searches went; <c>dht flood</c>: a node on loopback under a
/// flood; <c>dht cost</c>: the node of a running download. docs/dht.md explains the tables.
/// </summary>
internal static class DhtCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["flood"])
            return await DhtFlood.RunAsync();
        if (args is ["cost", var executable])
            return await DhtCost.RunAsync(executable);
        if (args is ["noise", var kind, var port])
        {
            DhtFlood.SendNoise(kind, int.Parse(port, CultureInfo.InvariantCulture));
            return 0;
        }

        var scene = new SimScene();
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
                return Usage();
            switch (args[i])
            {
                case "--nodes":
                    scene = scene with { Nodes = value };
                    break;
                case "--seed":
                    scene = scene with { Seed = value };
                    break;
                default:
                    return Usage();
            }
        }

        long begun = Stopwatch.GetTimestamp();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var simulation = new DhtSimulation(scene);
        Console.WriteLine(SimTable.Of(simulation.Run()));
        long memory = (GC.GetTotalMemory(forceFullCollection: true) - before) / scene.Nodes;
        GC.KeepAlive(simulation);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Memory for each node, network included: {memory / 1024.0:0} KiB."));
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{scene.Nodes} nodes, seed {scene.Seed}: {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s"));
        return 0;
    }

    private static int Usage()
    {
        Console.Error.WriteLine("dht [--nodes N] [--seed N] | dht flood | dht cost EXECUTABLE");
        return 2;
    }
}
