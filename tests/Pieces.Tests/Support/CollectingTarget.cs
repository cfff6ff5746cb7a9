using System.Collections.Concurrent;
using Pieces.Storage;

namespace Pieces.Tests.Support;

/// <summary>Reads a stream as fast as it arrives, and collects the bytes. It can stop reading after a number of bytes.</summary>
internal sealed class CollectingTarget : IContentTarget
{
    private readonly ConcurrentQueue<(string Path, byte[] Bytes)> _files = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _taken;

    /// <summary>Number of bytes after which this target stops reading until <see cref="Release"/> is called.</summary>
    public long HoldAt { get; init; } = long.MaxValue;

    /// <summary>Maximum number of bytes per read.</summary>
    public int ReadLength { get; init; } = 10_000;

    /// <summary>Exception to throw instead of the wait at <see cref="HoldAt"/>; null to wait.</summary>
    public Exception? Failure { get; init; }

    public long Taken => Volatile.Read(ref _taken);

    /// <summary>The files that were read to their end.</summary>
    public IReadOnlyList<(string Path, byte[] Bytes)> Files => [.. _files];

    public void Release() => _released.TrySetResult();

    public async Task TakeAsync(IReadOnlyList<ContentFile> files, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[ReadLength];
        foreach (ContentFile file in files)
        {
            using Stream stream = file.OpenRead();
            var bytes = new MemoryStream();
            while (true)
            {
                if (Taken >= HoldAt && Failure is not null)
                    throw Failure;
                if (Taken >= HoldAt)
                    await _released.Task.WaitAsync(cancellationToken);
                int read = await stream.ReadAsync(buffer, cancellationToken);
                if (read == 0)
                    break;
                bytes.Write(buffer, 0, read);
                Interlocked.Add(ref _taken, read);
            }

            bytes.Length.Should().Be(stream.Length);
            _files.Enqueue((file.Entry.RelativePath, bytes.ToArray()));
        }
    }
}
