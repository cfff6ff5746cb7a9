using System.Text;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>Which names a disk takes and which it takes for one. The target disk decides, not the operating system.</summary>
/// <param name="IgnoresCase">Names that differ by case alone are one.</param>
/// <param name="FoldsUnicode">Names that differ by composed and decomposed characters alone are one.</param>
/// <param name="IsStrict">Characters, device names and endings that Windows refuses are refused.</param>
/// <param name="MaxLength">Longest name.</param>
/// <param name="CountsUnits">Whether its length is counted in units of UTF-16; otherwise in bytes of UTF-8.</param>
internal sealed record NameRules(bool IgnoresCase, bool FoldsUnicode, bool IsStrict, int MaxLength, bool CountsUnits)
{
    /// <summary>The longest name that common file systems hold.</summary>
    public const int CommonLength = 255;

    // eCryptfs holds 143 bytes, and an unfinished file has ".part" behind its name.
    private const int PortableLength = 138;

    private const int CaseBit = 1;
    private const int UnicodeBit = 2;
    private const int StrictBit = 4;
    private const int UnitsBit = 8;
    private const int LengthShift = 8;
    private const int LengthMask = 0xFF;

    /// <summary>Names that every disk takes and tells apart.</summary>
    public static NameRules Portable { get; } = new(IgnoresCase: true, FoldsUnicode: true, IsStrict: true, PortableLength, CountsUnits: false);

    /// <summary>The rules of an operating system, as its own disks have them.</summary>
    public static NameRules Of(PathRules rules) => rules switch
    {
        PathRules.Windows => new(IgnoresCase: true, FoldsUnicode: false, IsStrict: true, CommonLength, CountsUnits: false),
        PathRules.MacOS => new(IgnoresCase: true, FoldsUnicode: true, IsStrict: false, CommonLength, CountsUnits: false),
        _ => new(IgnoresCase: false, FoldsUnicode: false, IsStrict: false, CommonLength, CountsUnits: false),
    };

    /// <summary>The rules as a number of 16 bits that is not 0, for the state.</summary>
    public int Code => (IgnoresCase ? CaseBit : 0) | (FoldsUnicode ? UnicodeBit : 0) | (IsStrict ? StrictBit : 0) | (CountsUnits ? UnitsBit : 0)
        | (Math.Min(MaxLength, LengthMask) << LengthShift);

    /// <summary>Reads <see cref="Code"/>; null for 0 and what no disk has.</summary>
    public static NameRules? Read(int code)
    {
        int length = (code >>> LengthShift) & LengthMask;
        return length < PortableLength
            ? null
            : new NameRules((code & CaseBit) != 0, (code & UnicodeBit) != 0, (code & StrictBit) != 0, length, (code & UnitsBit) != 0);
    }

    /// <summary>Compares names as the disk does.</summary>
    public IEqualityComparer<string> Comparer =>
        FoldsUnicode ? new FoldingComparer(IgnoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal)
        : IgnoresCase ? StringComparer.OrdinalIgnoreCase
        : StringComparer.Ordinal;

    /// <summary>Length of a text in the measure of <see cref="MaxLength"/>.</summary>
    public int LengthOf(ReadOnlySpan<char> text) => CountsUnits ? text.Length : Encoding.UTF8.GetByteCount(text);

    private sealed class FoldingComparer : IEqualityComparer<string>
    {
        private readonly StringComparer _inner;

        public FoldingComparer(StringComparer inner) => _inner = inner;

        public bool Equals(string? x, string? y) => x is null || y is null ? x == y : _inner.Equals(CanonicalText.Decompose(x), CanonicalText.Decompose(y));

        public int GetHashCode(string text) => _inner.GetHashCode(CanonicalText.Decompose(text));
    }
}
