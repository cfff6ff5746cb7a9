using System.Text;
using Pieces.Cli.Failures;
using Pieces.Metadata;

namespace Pieces.Cli.Sources;

/// <summary>Reads a list of sources with one source per line. Blank lines and lines that begin with <c>#</c> are ignored.</summary>
internal static class SourceList
{
    /// <summary>Maximum size of a list of sources, in bytes; after decoding also in characters.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    /// <summary>Reads a list.</summary>
    /// <param name="path">A file, or <c>-</c> for stdin.</param>
    /// <exception cref="FailureException">The list cannot be read, or it is a torrent.</exception>
    public static IReadOnlyList<ListedSource> Read(string path)
    {
        if (path == "-" && !Console.IsInputRedirected)
            throw FailureException.Usage("--input -: stdin is a terminal (pipe a list into it)");
        try
        {
            using Stream stream = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            byte[] bytes = ReadAll(stream);
            if (InputKind.DescribeList(bytes) is { } kind)
                throw new FormatException(kind);
            using var reader = new StreamReader(new MemoryStream(bytes), new UTF8Encoding(false));
            return Parse(reader);
        }
        catch (FormatException e)
        {
            throw FailureException.Usage($"--input {path}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = Directory.Exists(path) ? "it is a folder, not a list" : Outcome.Reason(e);
            throw new FailureException(ExitCode.NotFound, $"--input {path}: {reason}", e);
        }
    }

    /// <summary>Returns the sources of a list, without surrounding white space.</summary>
    /// <exception cref="IOException">The list is too long.</exception>
    /// <exception cref="FormatException">The list is a torrent.</exception>
    public static IReadOnlyList<ListedSource> Parse(TextReader reader)
    {
        var sources = new List<ListedSource>();
        long length = 0;
        int number = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            length += line.Length;
            if (length == line.Length && IsTorrent(line))
                throw new FormatException("is a torrent, not a list of sources (give it without -i)");
            if (length > MaxLength)
                throw new IOException($"over the limit of {MaxLength} characters");
            string source = line.Trim();
            if (source.Length > 0 && source[0] != '#')
                sources.Add(new ListedSource(LinkText.Clean(source), number));
        }

        return sources;
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            if (all.Length + read > MaxLength)
                throw new IOException($"over the limit of {MaxLength} bytes");
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    // Whether the line begins a bencoded dictionary such as "d8:announce". No source has such a name.
    private static bool IsTorrent(string firstLine)
    {
        if (firstLine is not ['d', ..])
            return false;
        int digits = firstLine.AsSpan(1).IndexOfAnyExceptInRange('0', '9');
        return digits > 0 && firstLine[digits + 1] == ':';
    }
}
