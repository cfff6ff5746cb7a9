using System.Globalization;

namespace Pieces.Benchmarks.Growth;

/// <summary>
/// A <see cref="ZeroSeeder"/> in a process of its own, so that its allocations are not counted for the measured process. It ends when its input is
/// closed.
/// </summary>
internal static class ServeZeros
{
    public const string Name = "serve-zeros";

    /// <summary>Arguments: info-hash in hex, number of pieces, and counts of blocks that are to be told when they are served.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        byte[] infoHash = Convert.FromHexString(args[0]);
        int pieceCount = int.Parse(args[1], CultureInfo.InvariantCulture);
        var marks = new Queue<long>(args[2..].Select(text => long.Parse(text, CultureInfo.InvariantCulture)));
        await using var seeder = new ZeroSeeder(infoHash, pieceCount)
        {
            OnServed = blocks =>
            {
                while (marks.TryPeek(out long mark) && blocks >= mark)
                    Console.WriteLine(marks.Dequeue() + (blocks - mark));
            },
        };
        Console.WriteLine(seeder.EndPoint.Port);
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
