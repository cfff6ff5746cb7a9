using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Tests.Providers;

[Trait("Tier", "Pure")]
public class PendingRequestsTests
{
    private readonly PendingRequests _pending = new();

    private static BlockRequest Block(int number) => new(new PieceIndex(number / 16), number % 16 * 16384, 16384);

    private void Add(int from, int to)
    {
        for (int i = from; i < to; i++)
            _pending.Add(Block(i), i);
    }

    [Fact]
    public void Answers_in_order_take_the_oldest_off()
    {
        Add(0, 3);
        _pending.TryRemove(Block(0), out PendingRequest request).Should().BeTrue();
        request.SentAt.Should().Be(0);
        _pending.TryPeekOldest(out PendingRequest oldest).Should().BeTrue();
        oldest.Block.Should().Be(Block(1));
    }

    [Fact]
    public void Answers_in_reverse_order_are_found_too()
    {
        Add(0, 500);
        for (int i = 499; i >= 0; i--)
            _pending.TryRemove(Block(i), out _).Should().BeTrue();
        _pending.Count.Should().Be(0);
        _pending.TryPeekOldest(out _).Should().BeFalse();
    }

    [Fact]
    public void What_was_not_asked_for_is_not_there()
    {
        Add(0, 3);
        _pending.TryRemove(Block(3), out _).Should().BeFalse();
        _pending.TryRemove(Block(1) with { Length = 16383 }, out _).Should().BeFalse("the length differs");
        _pending.TryRemove(default, out _).Should().BeFalse("an empty block is never asked for");
        _pending.Count.Should().Be(3);
    }

    [Fact]
    public void One_request_that_is_never_answered_does_not_make_the_rest_grow_without_bound()
    {
        Add(0, 1);
        for (int i = 1; i < 100_000; i++)
        {
            _pending.Add(Block(i), i);
            _pending.TryRemove(Block(i), out _).Should().BeTrue();
        }

        _pending.Count.Should().Be(1);
        _pending.Contains(Block(0)).Should().BeTrue();
    }

    [Fact]
    public void Requests_are_late_once()
    {
        Add(0, 10);
        var late = new List<BlockRequest>();
        _pending.MarkLate(4, late);
        _pending.MarkLate(6, late);
        late.Should().Equal(Enumerable.Range(0, 6).Select(Block));
        _pending.TryRemove(Block(2), out PendingRequest request);
        request.IsLate.Should().BeTrue();
        _pending.Count.Should().Be(9, "a late request is still out");
    }

    [Fact]
    public void What_is_lost_is_remembered_as_cancelled()
    {
        Add(0, 4);
        var lost = new List<PendingRequest>();
        _pending.TakeExpired(2, lost);
        lost.Select(l => l.Block).Should().Equal(Block(0), Block(1));
        _pending.Count.Should().Be(2);
        _pending.TakeCancelled(Block(1)).Should().BeTrue();
        _pending.TakeCancelled(Block(1)).Should().BeFalse("it may come once");
        _pending.TakeCancelled(Block(3)).Should().BeFalse();
    }

    [Fact]
    public void Only_so_many_cancelled_requests_are_remembered()
    {
        for (int i = 0; i <= PendingRequests.MaxCancelled; i++)
            _pending.RememberCancelled(Block(i));
        _pending.TakeCancelled(Block(0)).Should().BeFalse("one more than fits has come since");
        _pending.TakeCancelled(Block(1)).Should().BeTrue();
        _pending.TakeCancelled(Block(PendingRequests.MaxCancelled)).Should().BeTrue();
    }

    [Fact]
    public void Steps_back_from_the_newest_over_what_was_answered()
    {
        Add(0, 5);
        _pending.TryRemove(Block(3), out _);
        var seen = new List<BlockRequest>();
        int cursor = 0;
        while (_pending.TryStepBack(ref cursor, out PendingRequest request))
            seen.Add(request.Block);
        seen.Should().Equal(Block(4), Block(2), Block(1), Block(0));
    }

    [Fact]
    public void Agrees_with_a_plain_list_whatever_the_order_of_answers()
    {
        var random = new Random(11);
        var model = new List<int>();
        int next = 0;
        for (int step = 0; step < 20_000; step++)
        {
            if (model.Count == 0 || random.Next(100) < 51)
            {
                _pending.Add(Block(next), next);
                model.Add(next++);
            }
            else
            {
                int at = random.Next(3) == 0 ? random.Next(model.Count) : 0;
                _pending.TryRemove(Block(model[at]), out PendingRequest request).Should().BeTrue();
                request.SentAt.Should().Be(model[at]);
                model.RemoveAt(at);
            }

            _pending.Count.Should().Be(model.Count);
            if (_pending.TryPeekOldest(out PendingRequest oldest))
                oldest.SentAt.Should().Be(model[0]);
        }
    }
}
