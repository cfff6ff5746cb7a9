namespace Pieces.Benchmarks.Growth;

/// <summary><c>growth SCENARIO... [--pieces PATH]</c>: how costs grow with pieces, files, peers and torrents. Linux only.</summary>
internal static class GrowthCommand
{
    private static readonly Dictionary<string, Func<GrowthContext, IScenario>> Scenarios = new()
    {
        ["pieces"] = context => new PiecesScenario(context),
        ["files"] = context => new FilesScenario(context),
        ["idle"] = context => new IdleScenario(context),
        ["seeders"] = context => new SeedersScenario(context),
        ["torrents"] = context => new TorrentsScenario(context),
        ["allocation"] = context => new AllocationScenario(context),
    };

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [ServeZeros.Name, ..])
            return await ServeZeros.RunAsync(args[1..]);
        if (!OperatingSystem.IsLinux())
        {
            await Console.Error.WriteLineAsync("growth reads /proc and runs on Linux only");
            return 1;
        }

        int option = Array.IndexOf(args, "--pieces");
        string executable = option >= 0 && option + 1 < args.Length ? args[option + 1] : "artifacts/pieces";
        string[] names = option < 0 ? args : [.. args[..option], .. args[Math.Min(option + 2, args.Length)..]];
        if (names.Length == 0 || !names.All(Scenarios.ContainsKey) || !File.Exists(executable))
        {
            string known = string.Join(' ', Scenarios.Keys);
            await Console.Error.WriteLineAsync($"growth SCENARIO... [--pieces PATH]; scenarios: {known}; {executable} must exist");
            return 2;
        }

        foreach (string name in names)
        {
            using var context = new GrowthContext(executable);
            ConsoleCancelEventHandler cleanUp = (_, _) => context.Dispose();
            Console.CancelKeyPress += cleanUp;
            await Scenarios[name](context).RunAsync();
            Console.CancelKeyPress -= cleanUp;
        }

        return 0;
    }
}
