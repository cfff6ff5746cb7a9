using Microsoft.Win32.SafeHandles;
using Pieces.Storage.Files;

namespace Pieces.Tests.Storage;

/// <summary>How files are opened when the process has no descriptor left.</summary>
[Trait("Tier", "Pure")]
public class HandleCacheReliefTests
{
    private const int Emfile = 24;

    [Fact]
    public void A_file_waits_until_something_else_is_closed()
    {
        int asked = 0;
        using var cache = new HandleCache(capacity: 4, () => asked++);
        var opener = new ScarceOpener { MostOpen = 2 };
        for (int file = 0; file < 2; file++)
            cache.Take(opener, file).Dispose();
        using (cache.Relief.Run(2, file => cache.Take(opener, file)))
        {
            opener.Open.Should().Be(2, "an idle file was closed for it");
            asked.Should().Be(1, "connections make room as well");
        }

        cache.OpenCount.Should().Be(2);
    }

    [Fact]
    public void Other_failures_are_told_at_once()
    {
        using var cache = new HandleCache(capacity: 4, () => Assert.Fail("that helps nobody"));
        var opener = new ScarceOpener { MostOpen = 0, Error = 5 };
        FluentActions.Invoking(() => cache.Relief.Run(0, file => cache.Take(opener, file))).Should().Throw<IOException>();
    }

    private sealed class ScarceOpener : IHandleOpener
    {
        private readonly List<SafeFileHandle> _handles = [];

        public int MostOpen { get; init; }

        public int Error { get; init; } = Emfile;

        public int Open => _handles.Count(handle => !handle.IsClosed);

        SafeFileHandle IHandleOpener.Open(int file)
        {
            if (Open >= MostOpen)
                throw new IOException("no more", Error);
            var handle = new SafeFileHandle((nint)(-1), ownsHandle: false);
            _handles.Add(handle);
            return handle;
        }
    }
}
