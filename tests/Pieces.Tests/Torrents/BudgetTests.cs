using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Torrents;

/// <summary>Limits that all torrents of a client share: connections, room for messages, and places for handshakes.</summary>
[Trait("Tier", "Pure")]
public sealed class BudgetTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stopping = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _stopping.Dispose();

    [Fact]
    public void A_torrent_may_use_what_others_leave_and_gives_it_up_when_they_want_their_part()
    {
        var budget = new ConnectionBudget(10);
        int shedByFirst = 0;
        using ConnectionShare first = budget.Join(() => shedByFirst++);
        using ConnectionShare second = budget.Join(() => Assert.Fail("it has less than its part"));
        for (int i = 0; i < 10; i++)
        {
            first.MayOpenOne().Should().BeTrue();
            first.Take();
        }

        first.MayOpenOne().Should().BeFalse();
        first.IsWithin.Should().BeTrue();
        shedByFirst.Should().Be(0);
        second.MayOpenOne().Should().BeTrue("it has none of its five");
        shedByFirst.Should().Be(1);
        second.Take();
        first.IsWithin.Should().BeFalse("it has more than its part, and the client has too many");
        first.GiveBack();
        first.IsWithin.Should().BeTrue();
        budget.Used.Should().Be(10);
    }

    [Fact]
    public void Who_has_no_descriptor_left_has_the_largest_torrent_close_one()
    {
        var budget = new ConnectionBudget(100);
        int shed = 0;
        using ConnectionShare large = budget.Join(() => shed++);
        using ConnectionShare small = budget.Join(() => Assert.Fail("it has fewer"));
        budget.Shed();
        shed.Should().Be(0, "nobody has any");
        large.Take();
        large.Take();
        small.Take();
        budget.Shed();
        shed.Should().Be(1);
    }

    [Fact]
    public async Task Messages_wait_for_room_in_the_order_in_which_they_came()
    {
        var room = new InboxRoom(100);
        await room.EnterAsync(60, Token);
        ValueTask large = room.EnterAsync(50, Token);
        ValueTask small = room.EnterAsync(10, Token);
        (large.IsCompleted, small.IsCompleted).Should().Be((false, false), "a small one does not overtake");
        room.Leave(60);
        await large;
        await small;
        room.Used.Should().Be(60);
        room.Leave(50);
        room.Leave(10);
        await room.EnterAsync(1000, Token);
        room.Used.Should().Be(1000, "one batch is accepted whatever its size");
    }

    [Fact]
    public async Task Who_gives_up_waiting_for_room_takes_none()
    {
        var room = new InboxRoom(100);
        await room.EnterAsync(100, Token);
        using var given = new CancellationTokenSource();
        Task waiting = room.EnterAsync(50, given.Token).AsTask();
        Task behind = room.EnterAsync(20, Token).AsTask();
        await given.CancelAsync();
        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
        room.Leave(100);
        await behind;
        room.Used.Should().Be(20);
    }

    [Fact]
    public async Task A_slow_handshake_has_all_its_time_until_others_wait()
    {
        using var room = new HandshakeRoom(2, _time);
        await room.WaitAsync(Token);
        using HandshakeRoom.Ticket first = room.Begin(IPAddress.Parse("1.2.3.4"), _stopping.Token);
        await room.WaitAsync(Token);
        using HandshakeRoom.Ticket second = room.Begin(IPAddress.Parse("1.2.3.5"), _stopping.Token);
        _time.Advance(HandshakeRoom.PressedLimit);
        _time.Advance(HandshakeRoom.PressedLimit);
        first.Ending.IsCancellationRequested.Should().BeFalse("nobody waits for its place");
        Task waiting = room.WaitAsync(Token);
        await _time.AdvanceUntilAsync(() => first.Ending.IsCancellationRequested, TimeSpan.FromMilliseconds(1), Token);
        waiting.IsCompleted.Should().BeFalse();
        second.Ending.IsCancellationRequested.Should().BeFalse("one is enough for one, and it is the first");
        first.Dispose();
        await waiting;
        room.Begin(IPAddress.Parse("1.2.3.6"), _stopping.Token).Dispose();
    }

    [Fact]
    public async Task Pressed_for_room_the_oldest_handshake_has_its_limit_and_not_longer()
    {
        using var room = new HandshakeRoom(1, _time);
        await room.WaitAsync(Token);
        using HandshakeRoom.Ticket oldest = room.Begin(IPAddress.Parse("1.2.3.4"), _stopping.Token);
        Task waiting = room.WaitAsync(Token);
        _time.Advance(HandshakeRoom.PressedLimit - TimeSpan.FromTicks(1));
        oldest.Ending.IsCancellationRequested.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await FakeTimeSteps.UntilAsync(() => oldest.Ending.IsCancellationRequested, Token);
        oldest.Dispose();
        await waiting;
    }

    [Fact]
    public void A_client_of_any_size_has_handshakes_to_the_limit()
    {
        new ConnectionBudget(4 * (HandshakeRoom.MaxHandshakes - 1)).Handshakes.Should().Be(HandshakeRoom.MaxHandshakes - 1);
        new ConnectionBudget(4 * HandshakeRoom.MaxHandshakes).Handshakes.Should().Be(HandshakeRoom.MaxHandshakes);
        new ConnectionBudget(4 * (HandshakeRoom.MaxHandshakes + 1)).Handshakes.Should().Be(HandshakeRoom.MaxHandshakes);
    }

    [Fact]
    public async Task One_byte_more_than_may_wait_for_the_loops_waits_itself()
    {
        var room = new InboxRoom();
        await room.EnterAsync(1, Token);
        ValueTask last = room.EnterAsync(InboxRoom.DefaultCapacity - 1, Token);
        last.IsCompleted.Should().BeTrue();
        await last;
        ValueTask over = room.EnterAsync(1, Token);
        over.IsCompleted.Should().BeFalse();
        room.Leave(1);
        await over;
        room.Used.Should().Be(InboxRoom.DefaultCapacity);
    }

    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4", HandshakeRoom.MaxPerNetwork)]
    [InlineData("2001:db8::1", "2001:db8::2", HandshakeRoom.MaxPerNetwork)]
    [InlineData("172.17.0.1", "172.17.0.1", HandshakeRoom.MaxPerSharedAddress)]
    [InlineData("127.0.0.1", "127.0.0.1", HandshakeRoom.MaxPerSharedAddress)]
    public async Task A_network_has_its_part_of_the_places(string one, string other, int most)
    {
        using var room = new HandshakeRoom(HandshakeRoom.MaxHandshakes, _time);
        List<HandshakeRoom.Ticket> tickets = [];
        for (int i = 0; i <= most; i++)
        {
            await room.WaitAsync(Token);
            tickets.Add(room.Begin(IPAddress.Parse(i % 2 == 0 ? one : other), _stopping.Token));
            tickets[^1].IsOneTooMany.Should().Be(i == most);
        }

        await room.WaitAsync(Token);
        using (HandshakeRoom.Ticket elsewhere = room.Begin(IPAddress.Parse("8.8.8.8"), _stopping.Token))
            elsewhere.IsOneTooMany.Should().BeFalse();
        tickets.ForEach(ticket => ticket.Dispose());
        await room.WaitAsync(Token);
        using HandshakeRoom.Ticket again = room.Begin(IPAddress.Parse(one), _stopping.Token);
        again.IsOneTooMany.Should().BeFalse();
    }
}
