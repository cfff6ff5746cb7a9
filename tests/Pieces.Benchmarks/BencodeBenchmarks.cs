using BenchmarkDotNet.Attributes;
using Pieces.Bencode;
using Pieces.Metadata;

namespace Pieces.Benchmarks;

/// <summary>What does it cost to read a torrent file, of many pieces or of many files?</summary>
[MemoryDiagnoser]
public class BencodeBenchmarks
{
    private const int PieceLength = 1 << 18;

    private byte[] _torrent = [];

    /// <summary>Files of one piece each.</summary>
    [Params(1, 1000, 100_000)]
    public int Files { get; set; }

    [GlobalSetup]
    public void Setup() => _torrent = BencodeWriter.Encode(torrent =>
    {
        torrent.BeginDictionary();
        torrent.Key("info"u8);
        torrent.BeginDictionary();
        torrent.Key("files"u8);
        torrent.BeginList();
        for (int i = 0; i < Files; i++)
            WriteFile(torrent, i);
        torrent.End();
        torrent.Text("name"u8, "benchmark");
        torrent.Integer("piece length"u8, PieceLength);
        torrent.Bytes("pieces"u8, new byte[20 * Files]);
        torrent.End();
        torrent.End();
    });

    [Benchmark]
    public int Decode() => BencodeReader.Read(_torrent).Raw.Length;

    [Benchmark]
    public int ParseMetainfo() => MetainfoParser.Parse(_torrent).Files.Length;

    private static void WriteFile(BencodeWriter torrent, int number)
    {
        torrent.BeginDictionary();
        torrent.Integer("length"u8, PieceLength);
        torrent.Key("path"u8);
        torrent.BeginList();
        torrent.Text($"folder {number % 40}");
        torrent.Text($"file {number}");
        torrent.End();
        torrent.End();
    }
}
