namespace Pieces.Fuzz.Engine;

/// <summary>Keeps an input that shows a fault.</summary>
internal static class CrashFile
{
    /// <summary>Writes it and gives its path.</summary>
    public static string Write(string folder, string target, byte[] input)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{target}-{FuzzCorpus.NameOf(input)}");
        File.WriteAllBytes(path, input);
        return path;
    }
}
