using System.Text;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>The names that a disk accepts, and the names that it treats as equal. This depends on the disk, not on the operating system.</summary>
/// <param name="IgnoresCase">Names that differ only by case are equal.</param>
/// <param name="FoldsUnicode">Names that differ only by composed and decomposed characters are equal.</param>
/// <param name="IsStrict">Characters, device names and endings that Windows rejects are not allowed.</param>
/// <param name="MaxLength">Maximum length of a name, in the unit that <paramref name="CountsUnits"/> selects.</param>
/// <param name="CountsUnits">Whether the length is counted in UTF-16 units; otherwise in UTF-8 bytes.</param>
internal sealed record NameRules(bool IgnoresCase, bool FoldsUnicode, bool IsStrict, int MaxLength, bool CountsUnits)
{
    /// <summary>Maximum length of a name on common file systems.</summary>
    public const int CommonLength = 255;

    // Maximum length of a portable name, in UTF-8 bytes: eCryptfs allows 143 bytes, and an unfinished file has the suffix ".part".
    private const int PortableLength = 138;

    private const int CaseBit = 1;
    private const int UnicodeBit = 2;
    private const int StrictBit = 4;
    private const int UnitsBit = 8;
    private const int LengthShift = 8;
    private const int LengthMask = 0xFF;

    /// <summary>Rules for names that are valid and distinct on every disk.</summary>
    public static NameRules Portable { get; } = new(IgnoresCase: true, FoldsUnicode: true, IsStrict: true, PortableLength, CountsUnits: false);

    /// <summary>The rules of an operating system with its native file systems.</summary>
    public static NameRules Of(PathRules rules) => rules switch
    {
        PathRules.Windows => new(IgnoresCase: true, FoldsUnicode: false, IsStrict: true, CommonLength, CountsUnits: false),
        PathRules.MacOS => new(IgnoresCase: true, FoldsUnicode: true, IsStrict: false, CommonLength, CountsUnits: false),
        _ => new(IgnoresCase: false, FoldsUnicode: false, IsStrict: false, CommonLength, CountsUnits: false),
    };

    /// <summary>The rules as a 16-bit number other than 0, for the resume state.</summary>
    public int Code => (IgnoresCase ? CaseBit : 0) | (FoldsUnicode ? UnicodeBit : 0) | (IsStrict ? StrictBit : 0) | (CountsUnits ? UnitsBit : 0)
        | (Math.Min(MaxLength, LengthMask) << LengthShift);

    /// <summary>Decodes <see cref="Code"/>; null for 0 and for impossible values.</summary>
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

    /// <summary>Length of a text, in the unit of <see cref="MaxLength"/>.</summary>
    public int LengthOf(ReadOnlySpan<char> text) => CountsUnits ? text.Length : Encoding.UTF8.GetByteCount(text);

    private sealed class FoldingComparer : IEqualityComparer<string>
    {
        private readonly StringComparer _inner;

        public FoldingComparer(StringComparer inner) => _inner = inner;

        public bool Equals(string? x, string? y) =>
            x is null || y is null ? x == y : _inner.Equals(CanonicalText.Decompose(x), CanonicalText.Decompose(y));

        public int GetHashCode(string text) => _inner.GetHashCode(CanonicalText.Decompose(text));
    }
}
