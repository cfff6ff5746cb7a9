using BenchmarkDotNet.Attributes;
using Pieces.Encryption;

namespace Pieces.Benchmarks;

/// <summary>What an encrypted connection costs: its handshake once, its cipher for every byte.</summary>
[MemoryDiagnoser]
public class EncryptionBenchmarks
{
    private const int Length = 1024 * 1024;

    private readonly Rc4 _cipher = new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    private readonly byte[] _bytes = new byte[Length];
    private readonly byte[] _request = new byte[17];
    private readonly byte[] _privateKey = [.. Enumerable.Range(1, 20).Select(i => (byte)(i * 13))];
    private readonly byte[] _secret = new byte[KeyExchange.KeyLength];

    /// <summary>1 MiB in place: the time in microseconds is what 2^20 bytes take.</summary>
    [Benchmark]
    public void DecryptMebibyte() => _cipher.Apply(_bytes);

    /// <summary>One request.</summary>
    [Benchmark]
    public void EncryptRequest() => _cipher.Apply(_request);

    /// <summary>Both powers of one side's key exchange.</summary>
    [Benchmark]
    public bool ExchangeKeys()
    {
        var exchange = new KeyExchange(_privateKey);
        return exchange.TryAgree(exchange.PublicKey, _secret);
    }

    /// <summary>The cipher of one direction: its key is mixed in and 1024 bytes are dropped.</summary>
    [Benchmark]
    public int BeginCipher()
    {
        new Rc4(_privateKey).Apply(_request);
        return _request[0];
    }
}
