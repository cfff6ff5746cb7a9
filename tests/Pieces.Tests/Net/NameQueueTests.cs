using System.Net.Sockets;
using Pieces.Net;

namespace Pieces.Tests.Net;

[Trait("Tier", "Pure")]
public class NameQueueTests
{
    [Fact]
    public void The_users_names_come_first_then_those_of_trackers()
    {
        var queue = new NameQueue<string>();
        queue.Add(new NameRequester(NameSource.Stranger, "a"), "peer");
        queue.Add(new NameRequester(NameSource.Tracker, "a"), "tracker");
        queue.Add(new NameRequester(NameSource.User, "a"), "user");
        TakeAll(queue).Should().Equal("user", "tracker");
    }

    [Fact]
    public void Of_strangers_one_name_is_looked_up_at_a_time()
    {
        var queue = new NameQueue<string>();
        foreach (string torrent in new[] { "a", "b", "c" })
            queue.Add(new NameRequester(NameSource.Stranger, torrent), torrent);
        TakeAll(queue).Should().Equal("a");
        queue.Done(new NameRequester(NameSource.Stranger, "a"));
        TakeAll(queue).Should().Equal("b");
    }

    [Fact]
    public void One_place_of_four_is_the_users()
    {
        var queue = new NameQueue<string>();
        foreach (string torrent in new[] { "a", "b", "c", "d" })
            queue.Add(new NameRequester(NameSource.Tracker, torrent), torrent);
        TakeAll(queue).Should().Equal("a", "b", "c");
        queue.Add(new NameRequester(NameSource.User, "e"), "user");
        TakeAll(queue).Should().Equal("user");
        queue.Done(new NameRequester(NameSource.Tracker, "a"));
        TakeAll(queue).Should().Equal("d");
    }

    [Fact]
    public void A_torrent_with_many_names_leaves_room_for_others()
    {
        var queue = new NameQueue<string>();
        for (int i = 0; i < 20; i++)
            queue.Add(new NameRequester(NameSource.Tracker, "many"), $"many{i}");
        queue.Add(new NameRequester(NameSource.Tracker, "one"), "one");
        TakeAll(queue).Should().Equal("many0", "one", "many1");
        queue.Count.Should().Be(18);
    }

    [Fact]
    public void A_name_that_fails_is_left_alone_longer_each_time()
    {
        var backOff = new NameBackOff();
        TimeSpan now = TimeSpan.FromHours(1);
        backOff.Refuse("host", NameSource.Stranger, now).Should().BeNull();
        for (int failures = 1; failures <= 12; failures++)
        {
            backOff.Failed("host", SocketError.TryAgain, now);
            var pause = TimeSpan.FromSeconds(Math.Min(5 * Math.Pow(2, failures - 1), 900));
            backOff.Refuse("host", NameSource.Stranger, now + pause - TimeSpan.FromTicks(1)).Should().Be(SocketError.TryAgain);
            backOff.Refuse("host", NameSource.Stranger, now + pause).Should().BeNull();
            backOff.Refuse("host", NameSource.Tracker, now + NameBackOff.LongestPauseOfOurs).Should().BeNull("trackers have pauses of their own");
        }

        backOff.Refuse("another", NameSource.Stranger, now).Should().BeNull();
        backOff.Succeeded("host");
        backOff.Refuse("host", NameSource.Stranger, now).Should().BeNull();
    }

    [Fact]
    public void The_memory_of_names_that_fail_is_bounded()
    {
        var backOff = new NameBackOff();
        for (int i = 0; i <= NameBackOff.Capacity; i++)
            backOff.Failed($"host{i}", SocketError.HostNotFound, TimeSpan.FromMilliseconds(i));
        TimeSpan soon = TimeSpan.FromSeconds(1);
        Enumerable.Range(0, NameBackOff.Capacity + 1).Count(i => backOff.Refuse($"host{i}", NameSource.Stranger, soon) is not null)
            .Should().Be(NameBackOff.Capacity);
        backOff.Refuse("host0", NameSource.Stranger, soon).Should().BeNull("it is the one that is due soonest");
    }

    private static List<string> TakeAll(NameQueue<string> queue)
    {
        var taken = new List<string>();
        while (queue.TryTake(out string? name, out _))
            taken.Add(name);
        return taken;
    }
}
