using System.Globalization;

namespace Pieces.Primitives;

/// <summary>The 20 bytes with which a peer identifies itself in handshakes and announces (BEP 3, BEP 20).</summary>
public readonly struct PeerId : IEquatable<PeerId>
{
    /// <summary>Length on the wire, in bytes.</summary>
    public const int Length = Bytes20.Length;

    /// <summary>The prefix of our own peer ids (BEP 20): two letters for the client, four digits for the version.</summary>
    public static string OwnPrefix { get; } = PrefixOf(typeof(PeerId).Assembly.GetName().Version ?? new Version(0, 0, 0));

    private readonly Bytes20 _bytes;

    private PeerId(Bytes20 bytes) => _bytes = bytes;

    /// <summary>Takes an id from exactly <see cref="Length"/> bytes.</summary>
    public static PeerId FromBytes(ReadOnlySpan<byte> bytes) => new(new Bytes20(bytes));

    /// <summary>Creates a peer id for this client: <see cref="OwnPrefix"/> and twelve random bytes.</summary>
    public static PeerId Create(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> id = stackalloc byte[Length];
        random.NextBytes(id);
        System.Text.Encoding.ASCII.GetBytes(OwnPrefix, id);
        return FromBytes(id);
    }

    // 0.1.0 becomes 0100. A number above 9 becomes 9, because there is only one digit for each.
    private static string PrefixOf(Version version) =>
        string.Create(CultureInfo.InvariantCulture, $"-PC{Digit(version.Major)}{Digit(version.Minor)}{Digit(version.Build)}0-");

    private static int Digit(int part) => Math.Clamp(part, 0, 9);

    /// <summary>Whether the peer runs this client, in any version.</summary>
    internal bool IsOfOurs
    {
        get
        {
            Span<byte> id = stackalloc byte[Length];
            CopyTo(id);
            return id[..OwnLetters.Length].SequenceEqual(OwnLetters);
        }
    }

    /// <summary>The last 8 bytes as a number. They are random, so they distinguish peers.</summary>
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
        // The first bytes identify the client and are the same for many peers; the last ones are random.
        Span<byte> id = stackalloc byte[Length];
        CopyTo(id);
        return BitConverter.ToInt32(id[16..]);
    }

    /// <summary>40 lower-case hexadecimal digits; <c>ClientName</c> gives the name of the client for display.</summary>
    public override string ToString() => _bytes.ToString();

    /// <summary>Whether both are the same peer id.</summary>
    public static bool operator ==(PeerId left, PeerId right) => left.Equals(right);

    /// <summary>Whether the peer ids differ.</summary>
    public static bool operator !=(PeerId left, PeerId right) => !left.Equals(right);
}
