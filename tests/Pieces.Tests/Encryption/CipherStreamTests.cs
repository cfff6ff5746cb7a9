using Microsoft.Extensions.Time.Testing;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Tests.Support;

namespace Pieces.Tests.Encryption;

[Trait("Tier", "Pure")]
public class CipherStreamTests
{
    private static readonly byte[] InKey = [1, 2, 3];
    private static readonly byte[] OutKey = [4, 5, 6];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_goes_out_is_encrypted_and_the_callers_bytes_are_left_alone()
    {
        (InMemoryConnection near, InMemoryConnection far) = new InMemoryNetwork(new FakeTimeProvider()).Pair(new InMemoryLink(Capacity: 1 << 20));
        await using CipherStream stream = Encrypted(near.Stream);
        byte[] plain = Pattern(300_000);
        await stream.WriteAsync(plain.AsMemory(0, 17), Token);
        await stream.WriteAsync(plain.AsMemory(17), Token);
        plain.Should().Equal(Pattern(300_000));

        byte[] wire = new byte[plain.Length];
        await far.Stream.ReadExactlyAsync(wire, Token);
        wire.Should().NotEqual(plain);
        new Rc4(OutKey).Apply(wire);
        wire.Should().Equal(plain);
        (stream.IsPlain, stream.IsEncrypted).Should().Be((false, true));
    }

    [Fact]
    public async Task What_comes_in_is_decrypted_whatever_lengths_are_read()
    {
        byte[] plain = Pattern(50_000);
        var random = new Random(1);
        await using CipherStream stream = Encrypted(new Wire(EncryptedBytes(plain), canScatter: false));
        stream.CanScatter.Should().BeFalse();
        byte[] read = new byte[plain.Length];
        for (int at = 0; at < read.Length;)
        {
            (await stream.ReadAsync(Memory<byte>.Empty, Token)).Should().Be(0, "an empty read waits and takes nothing");
            at += await stream.ReadAsync(read.AsMemory(at, Math.Min(random.Next(1, 700), read.Length - at)), Token);
        }

        read.Should().Equal(plain);
        (await stream.ReadAsync(read, Token)).Should().Be(0, "that is the end");
    }

    [Fact]
    public async Task Many_buffers_are_filled_with_one_read_and_decrypted_where_they_are()
    {
        byte[] plain = Pattern(40_000);
        var wire = new Wire(EncryptedBytes(plain), canScatter: true);
        await using CipherStream stream = Encrypted(wire);
        stream.CanScatter.Should().BeTrue();
        stream.Available.Should().Be(40_000);
        List<byte> read = [];
        foreach (int[] lengths in new int[][] { [13, 16_384, 13, 1000], [1, 1, 1], [30_000, 5] })
        {
            List<Memory<byte>> buffers = [.. lengths.Select(length => new byte[length].AsMemory())];
            int count = await stream.ReadAsync(buffers);
            foreach (Memory<byte> buffer in buffers)
            {
                Memory<byte> filled = buffer[..Math.Min(count, buffer.Length)];
                read.AddRange(filled.ToArray());
                buffer[filled.Length..].Span.ContainsAnyExcept((byte)0).Should().BeFalse("nothing came there");
                count -= filled.Length;
            }
        }

        read.Should().Equal(plain);
        wire.ScatteredReads.Should().Be(3);
    }

    [Fact]
    public async Task A_payload_is_decrypted_and_what_comes_behind_it_is_plain()
    {
        foreach (bool scatters in new[] { false, true })
        {
            byte[] plain = Pattern(100);
            byte[] wire = plain.ToArray();
            new Rc4(InKey).Apply(wire.AsSpan(0, 68));
            await using var stream = new CipherStream(new Wire(wire, scatters), new NegotiatedCiphers(new Rc4(InKey), 68, null));
            byte[] read = new byte[100];
            (stream.IsPlain, stream.IsEncrypted).Should().Be((false, false), "the payload is still to come, and no more");
            await stream.ReadExactlyAsync(read.AsMemory(0, 48), Token);
            stream.IsPlain.Should().BeFalse();
            int count = scatters
                ? await stream.ReadAsync([read.AsMemory(48, 5), read.AsMemory(53)])
                : await stream.ReadAsync(read.AsMemory(48), Token);
            count.Should().Be(52);
            read.Should().Equal(plain);
            stream.IsPlain.Should().BeTrue();
        }
    }

    [Fact]
    public async Task A_plain_way_is_plain_in_both_directions()
    {
        (InMemoryConnection near, InMemoryConnection far) = new InMemoryNetwork(new FakeTimeProvider()).Pair();
        await using var stream = new CipherStream(near.Stream, new NegotiatedCiphers(null, 0, null));
        stream.IsPlain.Should().BeTrue();
        await stream.WriteAsync("out"u8.ToArray(), Token);
        byte[] bytes = new byte[3];
        await far.Stream.ReadExactlyAsync(bytes, Token);
        bytes.Should().Equal("out"u8.ToArray());
        await far.Stream.WriteAsync("in!"u8.ToArray(), Token);
        await stream.ReadExactlyAsync(bytes, Token);
        bytes.Should().Equal("in!"u8.ToArray());
    }

    private static CipherStream Encrypted(Stream inner) => new(inner, NegotiatedCiphers.Encrypted(new Rc4(InKey), new Rc4(OutKey)));

    private static byte[] EncryptedBytes(byte[] plain)
    {
        byte[] bytes = plain.ToArray();
        new Rc4(InKey).Apply(bytes);
        return bytes;
    }

    private static byte[] Pattern(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)((i * 31) + (i >> 7)))];

    /// <summary>A stream whose bytes are all available at once.</summary>
    private sealed class Wire(byte[] bytes, bool canScatter) : MemoryStream(bytes), IScatterReader
    {
        public bool CanScatter => canScatter;

        public int Available => (int)(Length - Position);

        public int ScatteredReads { get; private set; }

        public ValueTask<int> ReadAsync(List<Memory<byte>> buffers)
        {
            ScatteredReads++;
            int count = 0;
            foreach (Memory<byte> buffer in buffers)
                count += Read(buffer.Span);
            return new ValueTask<int>(count);
        }
    }
}
