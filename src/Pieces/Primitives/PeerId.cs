using System.Globalization;

namespace Pieces.Primitives;

/// <summary>The 20 bytes by which a peer names itself in handshakes and announces (BEP 3, BEP 20).</summary>
public readonly struct PeerId : IEquatable<PeerId>
{
    /// <summary>Length on the wire, in bytes.</summary>
    public const int Length = Bytes20.Length;

    /// <summary>How our own ids begin (BEP 20): two letters for the client, four digits for the version.</summary>
    public static string OwnPrefix { get; } = PrefixOf(typeof(PeerId).Assembly.GetName().Version ?? new Version(0, 0, 0));

    private readonly Bytes20 _bytes;

    private PeerId(Bytes20 bytes) => _bytes = bytes;

    /// <summary>Takes an id from exactly <see cref="Length"/> bytes.</summary>
    public static PeerId FromBytes(ReadOnlySpan<byte> bytes) => new(new Bytes20(bytes));

    /// <summary>Makes an id of our own: <see cref="OwnPrefix"/> and twelve random bytes.</summary>
    public static PeerId Create(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> id = stackalloc byte[Length];
        random.NextBytes(id);
        System.Text.Encoding.ASCII.GetBytes(OwnPrefix, id);
        return FromBytes(id);
    }

    // 0.1.0 becomes 0100. A part beyond 9 is told as 9: four digits are all there is.
    private static string PrefixOf(Version version) =>
        string.Create(CultureInfo.InvariantCulture, $"-PC{Digit(version.Major)}{Digit(version.Minor)}{Digit(version.Build)}0-");

    private static int Digit(int part) => Math.Clamp(part, 0, 9);

    /// <summary>Whether it begins as ours do, of whatever version.</summary>
    internal bool IsOfOurs
    {
        get
        {
            Span<byte> id = stackalloc byte[Length];
            CopyTo(id);
            return id[..OwnLetters.Length].SequenceEqual(OwnLetters);
        }
    }

    /// <summary>The last 8 bytes as one number: chance made them, so they tell peers apart.</summary>
    internal ulong Tail
    {
        get
        {
            Span<byte> id = stackalloc byte[Length];
            CopyTo(id);
            return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(id[^sizeof(ulong)..]);
        }
    }

    private static ReadOnlySpan<byte> OwnLetters => "-PC"u8;

    /// <summary>Writes the 20 bytes to the front of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);

    /// <inheritdoc/>
    public bool Equals(PeerId other) => _bytes.Equals(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PeerId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // The first bytes are the client's name, the same for many: the last ones tell peers apart.
        Span<byte> id = stackalloc byte[Length];
        CopyTo(id);
        return BitConverter.ToInt32(id[16..]);
    }

    /// <summary>40 lower-case hexadecimal digits; a client's name for people is <c>ClientName</c>'s work.</summary>
    public override string ToString() => _bytes.ToString();

    /// <summary>Whether both ids are the same bytes.</summary>
    public static bool operator ==(PeerId left, PeerId right) => left.Equals(right);

    /// <summary>Whether the ids differ.</summary>
    public static bool operator !=(PeerId left, PeerId right) => !left.Equals(right);
}
