using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pieces.Cli.Share;
using Pieces.Cli.Sources;
using Pieces.Cli.Transfers;
using Pieces.Metadata;
using Pieces.Storage;
using Pieces.Tests.Cli;
using Pieces.Tests.Metadata;
using Pieces.Torrents;

namespace Pieces.Tests.Share;

[Trait("Tier", "Pure")]
public class ShareHostTests
{
    private readonly List<string> _warnings = [];

    [Fact]
    public async Task A_machine_that_only_it_can_reach_is_warned_of_once_and_the_line_is_made_all_the_same()
    {
        string command = await OfferAsync(null, "127.0.0.1", "::1", "fe80::1%2");
        command.Should().StartWith("pieces download 'magnet:?").And.Contain("x.pe=127.0.0.1:6881");
        _warnings.Should().ContainSingle()
            .Which.Should().StartWith("this machine has no network address: only programs on it can use the link (--interface ");
    }

    [Fact]
    public async Task A_machine_with_an_address_is_no_reason_to_warn()
    {
        (await OfferAsync(null, "127.0.0.1", "10.0.0.2")).Should().Contain("x.pe=10.0.0.2:6881");
        _warnings.Should().BeEmpty();
    }

    [Fact]
    public async Task Who_asks_for_loopback_is_not_told_what_that_means()
    {
        (await OfferAsync("127.0.0.1", "10.0.0.2")).Should().Contain("x.pe=127.0.0.1:6881");
        _warnings.Should().BeEmpty();
    }

    private async Task<string> OfferAsync(string? bound, params string[] machine)
    {
        using var folder = new TempFolder();
        string path = folder.Write("a", [1]);
        LocalContent content = await LocalContent.DescribeAsync(new() { Paths = [path] }, cancellationToken: TestContext.Current.CancellationToken);
        var run = new ShareRun(SharePlan.Of(content, [path], null), new Silence(), () => { });
        IPAddress? address = bound is null ? null : IPAddress.Parse(bound);
        await using var host = new ShareHost(new Host(), run, address, new FakeTimeProvider(), Serilog.Core.Logger.None)
        {
            Machine = new FakeMachine(machine),
            Warn = _warnings.Add,
        };
        TransferSource source = await host.LoadAsync("a", TestContext.Current.CancellationToken);
        await host.AddAsync(source, null, _ => null, new Progress<TorrentNotice>(), TestContext.Current.CancellationToken);
        return run.Offer!.Command;
    }

    private sealed class Silence : IShareAudience
    {
        public void Offer(TransferItem item, ShareOffer offer)
        {
        }

        public void Downloaded(string who, int count)
        {
        }
    }

    private sealed class Host : ITransferHost
    {
        public int ListenPort => 6881;

        public void TrimMemory()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public Task<TransferSource> LoadAsync(string source, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("a share is its own source");

        public Task<ITransfer> AddAsync(
            TransferSource torrent,
            ImmutableArray<int>? selected,
            Func<Metainfo, ImmutableArray<int>?> choose,
            IProgress<TorrentNotice> notices,
            CancellationToken cancellationToken) => Task.FromResult<ITransfer>(new FakeTransfer());
    }
}
