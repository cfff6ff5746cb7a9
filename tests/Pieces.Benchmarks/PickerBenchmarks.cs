using BenchmarkDotNet.Attributes;
using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;

namespace Pieces.Benchmarks;

/// <summary>What does it cost to choose a piece among very many? One operation picks, opens and stores one piece.</summary>
[MemoryDiagnoser]
public class PickerBenchmarks
{
    private const double BytesPerSecond = 50_000_000;

    private PieceTable _table = null!;
    private IPiecePicker _inOrder = null!;
    private IPiecePicker _rarestFirst = null!;
    private PeerPieces _half = null!;

    [Params(4096, 1_000_000)]
    public int Pieces { get; set; }

    [GlobalSetup]
    public void Setup() => Renew();

    [Benchmark]
    public int InOrder() => Next(_inOrder);

    [Benchmark]
    public int RarestFirst() => Next(_rarestFirst);

    private int Next(IPiecePicker picker)
    {
        if (!picker.TryPick(_half, BytesPerSecond, out PieceIndex piece))
        {
            Renew();
            return -1;
        }

        _table.MarkOpen(piece);
        _table.MarkVerifying(piece);
        _table.MarkHave(piece);
        return piece.Value;
    }

    private void Renew()
    {
        var random = new Random(1);
        var layout = new PieceLayout(Pieces * 262144L, 262144);
        _table = new PieceTable(layout, Bitfield.Full(Pieces), new Bitfield(Pieces));
        _inOrder = new InOrderPicker(_table, random);
        _rarestFirst = new RarestFirstPicker(_table, random);
        _half = new PeerPieces(Pieces);
        for (int peer = 0; peer < 10; peer++)
        {
            for (int i = 0; i < Pieces; i++)
            {
                if (random.Next(2) == 0)
                    _table.AddCopy(layout.Piece(i));
            }
        }

        for (int i = 0; i < Pieces; i += 2)
        {
            _half.Add(layout.Piece(i));
            _half.Add(layout.Piece(i + 1));
        }
    }
}
