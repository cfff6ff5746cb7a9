using System.Text;
using Pieces.Cli.Terminal;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class StandardErrorTests
{
    [Fact]
    public void Lines_come_out_whole_and_in_order()
    {
        using var stream = new MemoryStream();
        using (var errors = new StandardError(stream))
        {
            errors.WriteLine("one");
            errors.WriteLine("two");
        }

        Encoding.UTF8.GetString(stream.ToArray()).Should().Be("one\ntwo\n");
    }

    [Fact]
    public async Task A_reader_who_does_not_read_holds_nobody_up_and_hears_what_was_left_out()
    {
        using var stream = new StuckStream();
        using var errors = new StandardError(stream);
        for (int i = 0; i < 2 * StandardError.MaxWaiting; i++)
            errors.WriteLine("line");
        stream.Release.Set();
        await stream.SawLeftOut.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void What_was_flushed_has_gone_out()
    {
        using var stream = new MemoryStream();
        using var errors = new StandardError(stream);
        errors.Write("\e[?25h");
        errors.WriteLine("one");
        errors.Flush();
        errors.IsIdle.Should().BeTrue();
        Encoding.UTF8.GetString(stream.ToArray()).Should().Be("\e[?25hone\n");
    }

    [Fact]
    public void A_stderr_that_is_closed_is_no_reason_to_stop()
    {
        using var stream = new ClosedStream();
        using var errors = new StandardError(stream);
        errors.WriteLine("one");
        errors.WriteLine("two");
        errors.Flush();
        errors.IsIdle.Should().BeTrue();
    }

    private sealed class ClosedStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("bad file descriptor");
    }

    private sealed class StuckStream : MemoryStream
    {
        public ManualResetEventSlim Release { get; } = new();

        public TaskCompletionSource SawLeftOut { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Release.Wait();
            if (Encoding.UTF8.GetString(buffer).Contains("were dropped", StringComparison.Ordinal))
                SawLeftOut.TrySetResult();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        protected override void Dispose(bool disposing)
        {
            Release.Dispose();
            base.Dispose(disposing);
        }
    }
}
