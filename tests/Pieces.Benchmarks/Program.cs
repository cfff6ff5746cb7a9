using BenchmarkDotNet.Running;
using Pieces.Benchmarks;
using Pieces.Benchmarks.Growth;
using Pieces.Benchmarks.Soak;

if (args is ["growth", ..])
    return await GrowthCommand.RunAsync(args[1..]);
if (args is ["dht", ..])
    return await DhtCommand.RunAsync(args[1..]);
if (args is ["swarm", ..])
    return await SwarmCommand.RunAsync(args[1..]);
if (args is ["soak", ..])
    return await SoakCommand.RunAsync(args[1..]);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
