using System.Security.Cryptography;

namespace Pieces.Fuzz.Engine;

/// <summary>The inputs of one target: those stored with the sources, and those found by runs on this machine.</summary>
internal sealed class FuzzCorpus
{
    private const int MostKept = 20_000;
    private const int RecentWindow = 64;

    private readonly List<byte[]> _inputs = [];
    private readonly string? _foundFolder;

    /// <param name="seeds">Inputs to begin with.</param>
    /// <param name="foundFolder">Where inputs that reach new branches are kept between runs, or null.</param>
    public FuzzCorpus(IEnumerable<byte[]> seeds, string? foundFolder)
    {
        _inputs.AddRange(seeds);
        if (_inputs.Count == 0)
            _inputs.Add([]);
        _foundFolder = foundFolder;
        if (foundFolder is null)
            return;
        Directory.CreateDirectory(foundFolder);
        _inputs.AddRange(Directory.EnumerateFiles(foundFolder).Order(StringComparer.Ordinal).Take(MostKept).Select(File.ReadAllBytes));
    }

    /// <summary>Number of inputs.</summary>
    public int Count => _inputs.Count;

    /// <summary>All inputs, in the order in which they came.</summary>
    public IReadOnlyList<byte[]> All => _inputs;

    /// <summary>Chooses one; half of the time among the newest, whose neighbors have not been tried.</summary>
    public byte[] Choose(Random random) => random.Next(2) == 0 || _inputs.Count <= RecentWindow
        ? _inputs[random.Next(_inputs.Count)]
        : _inputs[_inputs.Count - 1 - random.Next(RecentWindow)];

    /// <summary>Keeps an input that reached something new.</summary>
    public void Add(byte[] input)
    {
        if (_inputs.Count >= MostKept)
            return;
        _inputs.Add(input);
        if (_foundFolder is not null)
            File.WriteAllBytes(Path.Combine(_foundFolder, NameOf(input)), input);
    }

    /// <summary>A file name that depends on the bytes alone.</summary>
    public static string NameOf(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 8));
}
