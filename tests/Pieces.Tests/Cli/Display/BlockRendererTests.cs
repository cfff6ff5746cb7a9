using Pieces.Cli.Progress;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Tests.Cli.Display;

/// <summary>Pictures of the display. Marks of isolation, which nobody sees, are shown as « and ».</summary>
[Trait("Tier", "Pure")]
public class BlockRendererTests
{
    private static readonly TransferRow[] Five =
    [
        Rows.Downloading(Rows.Names[0], 0), Rows.Seeding(Rows.Names[1]), Rows.Checking(Rows.Names[2]),
        Rows.Silent(TransferActivity.Stalled, Rows.Names[3]), Rows.Downloading(Rows.Names[4], 80),
    ];

    private static readonly TransferRow[] Twenty = [.. Enumerable.Range(0, 20).Select(i => (i % 3, i % 7) switch
    {
        (0, _) => Rows.Seeding($"file {i}"),
        (_, 1) => Rows.Silent(TransferActivity.Stalled, $"file {i}"),
        _ => Rows.Downloading($"file {i}", 5 * i),
    })];

    [Fact]
    public void One_transfer_has_three_lines_at_any_width()
    {
        Picture([Rows.Downloading()], 100, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            ######################=....................................................................  25.0 %
            downloading  200.0 of 800.0 MiB  down 3.4 MiB/s  up 120.0 KiB/s  12 peers  3 seeds  ETA 2m54s
            """);
        Picture([Rows.Downloading()], 80, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            #################=.....................................................  25.0 %
            downloading  down 3.4 MiB/s  up 120.0 KiB/s  12 peers  3 seeds  ETA 2m54s
            """);
        Picture([Rows.Downloading()], 40, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            #######=.......................  25.0 %
            downloading  down 3.4 MiB/s  ETA 2m54s
            """);
        Picture([Rows.Downloading()], 20, 24).Should().Be(
            """
            debian-13.1.…st.iso
            ##=........  25.0 %
            down 3.4 MiB/s
            """);
        Picture([Rows.Downloading()], 8, 24).Should().Be(
            """
            debian…
            25.0 %
            down 3…
            """);
        Picture([Rows.Downloading()], 2, 24).Should().Be(
            """
            …
            …
            …
            """);
    }

    [Fact]
    public void A_seeding_transfer_shows_its_ratio()
    {
        Picture([Rows.Seeding()], 80, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            ####################################################################### 100.0 %
            seeding  ratio 1.25  up 1.5 MiB/s  1000.0 MiB sent  2 peers
            """);
        Picture([Rows.Seeding()], 40, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            ############################### 100.0 %
            seeding  ratio 1.25  up 1.5 MiB/s
            """);
    }

    [Fact]
    public void A_transfer_that_is_checked_shows_how_far_that_is()
    {
        Picture([Rows.Checking()], 80, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            ##########################=............................................  37.5 %
            checking  300.0 of 800.0 MiB checked
            """);
        Picture([Rows.Checking()], 40, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            ###########=...................  37.5 %
            checking  300.0 of 800.0 MiB checked
            """);
    }

    [Fact]
    public void A_stalled_transfer_says_so()
    {
        Picture([Rows.Silent(TransferActivity.Stalled)], 80, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            #################=.....................................................  25.0 %
            stalled  200.0 of 800.0 MiB  down 0 B/s  up 0 B/s  2 peers
            """);
        Picture([Rows.Silent(TransferActivity.Stalled)], 40, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            #######=.......................  25.0 %
            stalled  down 0 B/s  up 0 B/s  2 peers
            """);
    }

    [Fact]
    public void A_transfer_without_peers_says_so()
    {
        Picture([Rows.Silent(TransferActivity.FindingPeers)], 80, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            #################=.....................................................  25.0 %
            finding peers  200.0 of 800.0 MiB  40 known
            """);
        Picture([Rows.Silent(TransferActivity.FindingPeers)], 40, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            #######=.......................  25.0 %
            finding peers  200.0 of 800.0 MiB
            """);
    }

    [Fact]
    public void Two_transfers_have_a_line_of_totals()
    {
        Picture(Five[..2], 80, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            .......................................................................   0.0 %
            downloading  down 3.4 MiB/s  up 120.0 KiB/s  12 peers  3 seeds  ETA 2m54s
            北京的秋天 2024 高清.mkv
            ####################################################################### 100.0 %
            seeding  ratio 1.25  up 1.5 MiB/s  1000.0 MiB sent  2 peers
            2 torrents  50.0 % of 1.6 GiB  down 3.4 MiB/s  up 1.6 MiB/s  ETA 3m55s
            """);
        Picture(Five[..2], 40, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            ...............................   0.0 %
            downloading  down 3.4 MiB/s  ETA 2m54s
            北京的秋天 2024 高清.mkv
            ############################### 100.0 %
            seeding  ratio 1.25  up 1.5 MiB/s
            2 torrents  down 3.4 MiB/s  ETA 3m55s
            """);
    }

    [Fact]
    public void The_line_of_totals_says_how_many_wait_for_their_turn_also_below_a_single_one()
    {
        Picture([Rows.Downloading()], 80, 24, waiting: 19).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            #################=.....................................................  25.0 %
            downloading  down 3.4 MiB/s  up 120.0 KiB/s  12 peers  3 seeds  ETA 2m54s
            1 torrent, 19 waiting  25.0 % of 800.0 MiB  down 3.4 MiB/s  ETA 2m56s
            """);
        Picture(Five[..2], 40, 24, waiting: 18).Should().EndWith("\n2 torrents, 18 waiting  down 3.4 MiB/s");
    }

    [Fact]
    public void The_line_of_totals_gives_no_size_before_any_is_known()
    {
        var known =
            new TorrentSnapshot { Phase = TorrentPhase.FetchingMetadata, MetadataReceived = 16 * 1024, MetadataSize = 80 * 1024, ConnectedPeers = 1 };
        Picture([new("a", known, TransferActivity.FetchingMetadata), new("b", new TorrentSnapshot(), TransferActivity.FindingPeers)], 80, 24)
            .Should().EndWith("\n2 torrents  down 0 B/s  up 0 B/s  1 peer");
    }

    [Fact]
    public void Some_transfers_have_two_lines_each()
    {
        Picture(Five, 80, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            ...................   0.0 %  downloading  down 3.4 MiB/s  12 peers  ETA 2m54s
            北京的秋天 2024 高清.mkv
            ################### 100.0 %  seeding  ratio 1.25  up 1.5 MiB/s  2 peers
            👩‍👩‍👧‍👦 family 👍🏽 ❤️ 🏳️‍🌈 holiday.zip
            #######-...........  37.5 %  checking  300.0 of 800.0 MiB checked
            «שלום עולם 2024 (עברית).mkv»
            ####=..............  25.0 %  stalled  down 0 B/s  up 0 B/s  2 peers
            evil\x1B[31mred\x1B[2J\x0D\x0Aname\u202Egnp.exe
            ###############-...  80.0 %  downloading  down 3.4 MiB/s  12 peers  ETA 2m54s
            5 torrents  51.2 % of 3.1 GiB  down 6.8 MiB/s  up 1.7 MiB/s  ETA 3m49s
            """);
        Picture(Five, 40, 24).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            .........   0.0 %  down 3.4 MiB/s
            北京的秋天 2024 高清.mkv
            ######### 100.0 %  up 1.5 MiB/s
            👩‍👩‍👧‍👦 family 👍🏽 ❤️ 🏳️‍🌈 holiday.zip
            ###-.....  37.5 %  checking
            «שלום עולם 2024 (עברית).mkv»
            ##-......  25.0 %  stalled  down 0 B/s
            evil\x1B[31mred\x1B[2J\x0D…u202Egnp.exe
            #######-.  80.0 %  down 3.4 MiB/s
            5 torrents  down 6.8 MiB/s  ETA 3m49s
            """);
        Picture(Five, 20, 24).Should().Be(
            """
            debian-13.1.…st.iso
            ...........   0.0 %
            北京的秋天 2…清.mkv
            ########### 100.0 %
            👩‍👩‍👧‍👦 family 👍🏽…ay.zip
            ####-......  37.5 %
            «שלום עולם 20…ת).mkv»
            ##=........  25.0 %
            evil\x1B[31m…np.exe
            ########=..  80.0 %
            down 6.8 MiB/s
            """);
    }

    [Fact]
    public void Where_rows_are_few_each_transfer_has_one_and_what_has_none_is_counted()
    {
        Picture(Five, 80, 9).Should().Be(
            """
               done                                       down     ETA  name
              0.0 %  ............  downloading       3.4 MiB/s   2m54s  debian-13.1.…st.iso
            100.0 %  ############  seeding 1.25              -       -  北京的秋天 2…清.mkv
             37.5 %  ####=.......  checking                  -       -  👩‍👩‍👧‍👦 family 👍🏽…ay.zip
             25.0 %  ###.........  stalled                   -       -  «שלום עולם 20…ת).mkv»
             80.0 %  #########=..  downloading       3.4 MiB/s   2m54s  evil\x1B[31m…np.exe
            5 torrents  51.2 % of 3.1 GiB  down 6.8 MiB/s  up 1.7 MiB/s  ETA 3m49s
            """);
        Picture(Five, 40, 9).Should().Be(
            """
               done          down  name
              0.0 %     3.4 MiB/s  debian-13.…t.iso
            100.0 %             -  北京的秋天 ….mkv
             37.5 %             -  👩‍👩‍👧‍👦 family …y.zip
             25.0 %             -  «שלום עולם …).mkv»
             80.0 %     3.4 MiB/s  evil\x1B[3…p.exe
            5 torrents  down 6.8 MiB/s  ETA 3m49s
            """);
        Picture(Five, 20, 9).Should().Be(
            """
               done  name
              0.0 %  debian-13…
            100.0 %  北京的秋…
             37.5 %  👩‍👩‍👧‍👦 family…
             25.0 %  «שלום עולם…»
             80.0 %  evil\x1B[…
            down 6.8 MiB/s
            """);
        Picture(Five, 80, 4).Should().Be(
            """
              0.0 %  ............  downloading       3.4 MiB/s   2m54s  debian-13.1.…st.iso
            and 4 more
            5 torrents  51.2 % of 3.1 GiB  down 6.8 MiB/s  up 1.7 MiB/s  ETA 3m49s
            """);
        Picture(Five, 20, 4).Should().Be(
            """
              0.0 %  debian-13…
            and 4 more
            down 6.8 MiB/s
            """);
        Picture(Five, 80, 2).Should().Be(
            """
            5 torrents  51.2 % of 3.1 GiB  down 6.8 MiB/s  up 1.7 MiB/s  ETA 3m49s
            """);
        Picture(Five, 80, 1).Should().Be(
            """
            5 torrents  51.2 % of 3.1 GiB  down 6.8 MiB/s  up 1.7 MiB/s  ETA 3m49s
            """);
    }

    [Fact]
    public void Many_transfers_are_a_table_with_the_active_ones_first()
    {
        Picture(Twenty, 80, 12).Should().Be(
            """
               done                                       down     ETA  name
             10.0 %  #-..........  downloading       3.4 MiB/s   2m54s  file 2
             20.0 %  ##-.........  downloading       3.4 MiB/s   2m54s  file 4
             25.0 %  ###.........  downloading       3.4 MiB/s   2m54s  file 5
             35.0 %  ####-.......  downloading       3.4 MiB/s   2m54s  file 7
             50.0 %  ######......  downloading       3.4 MiB/s   2m54s  file 10
             55.0 %  ######=.....  downloading       3.4 MiB/s   2m54s  file 11
             65.0 %  #######=....  downloading       3.4 MiB/s   2m54s  file 13
             70.0 %  ########-...  downloading       3.4 MiB/s   2m54s  file 14
            and 12 more
            20 torrents  67.0 % of 15.6 GiB  down 37.4 MiB/s  up 11.8 MiB/s  ETA 2m21s
            """);
    }

    [Fact]
    public void A_table_leaves_out_columns_that_have_no_room()
    {
        Picture(Twenty, 120, 24).Should().Be(
            """
               done                                       down            up  peers     ETA  name
            100.0 %  ############  seeding 1.25              -     1.5 MiB/s      2       -  file 0
             25.0 %  ###.........  stalled                   -             -      2       -  file 1
             10.0 %  #-..........  downloading       3.4 MiB/s   120.0 KiB/s     12   2m54s  file 2
            100.0 %  ############  seeding 1.25              -     1.5 MiB/s      2       -  file 3
             20.0 %  ##-.........  downloading       3.4 MiB/s   120.0 KiB/s     12   2m54s  file 4
             25.0 %  ###.........  downloading       3.4 MiB/s   120.0 KiB/s     12   2m54s  file 5
            100.0 %  ############  seeding 1.25              -     1.5 MiB/s      2       -  file 6
             35.0 %  ####-.......  downloading       3.4 MiB/s   120.0 KiB/s     12   2m54s  file 7
             25.0 %  ###.........  stalled                   -             -      2       -  file 8
            100.0 %  ############  seeding 1.25              -     1.5 MiB/s      2       -  file 9
             50.0 %  ######......  downloading       3.4 MiB/s   120.0 KiB/s     12   2m54s  file 10
             55.0 %  ######=.....  downloading       3.4 MiB/s   120.0 KiB/s     12   2m54s  file 11
            100.0 %  ############  seeding 1.25              -     1.5 MiB/s      2       -  file 12
             65.0 %  #######=....  downloading       3.4 MiB/s   120.0 KiB/s     12   2m54s  file 13
             70.0 %  ########-...  downloading       3.4 MiB/s   120.0 KiB/s     12   2m54s  file 14
            100.0 %  ############  seeding 1.25              -     1.5 MiB/s      2       -  file 15
             80.0 %  #########=..  downloading       3.4 MiB/s   120.0 KiB/s     12   2m54s  file 16
             85.0 %  ##########-.  downloading       3.4 MiB/s   120.0 KiB/s     12   2m54s  file 17
            100.0 %  ############  seeding 1.25              -     1.5 MiB/s      2       -  file 18
             95.0 %  ###########-  downloading       3.4 MiB/s   120.0 KiB/s     12   2m54s  file 19
            20 torrents  67.0 % of 15.6 GiB  down 37.4 MiB/s  up 11.8 MiB/s  150 peers  ETA 2m21s
            """);
        Picture(Twenty, 40, 24).Should().Be(
            """
               done          down  name
            100.0 %             -  file 0
             25.0 %             -  file 1
             10.0 %     3.4 MiB/s  file 2
            100.0 %             -  file 3
             20.0 %     3.4 MiB/s  file 4
             25.0 %     3.4 MiB/s  file 5
            100.0 %             -  file 6
             35.0 %     3.4 MiB/s  file 7
             25.0 %             -  file 8
            100.0 %             -  file 9
             50.0 %     3.4 MiB/s  file 10
             55.0 %     3.4 MiB/s  file 11
            100.0 %             -  file 12
             65.0 %     3.4 MiB/s  file 13
             70.0 %     3.4 MiB/s  file 14
            100.0 %             -  file 15
             80.0 %     3.4 MiB/s  file 16
             85.0 %     3.4 MiB/s  file 17
            100.0 %             -  file 18
             95.0 %     3.4 MiB/s  file 19
            20 torrents  down 37.4 MiB/s  ETA 2m21s
            """);
    }

    [Fact]
    public void A_terminal_with_unicode_gets_finer_bars()
    {
        Picture(Five, 80, 24, PieceBar.Dots).Should().Be(
            """
            debian-13.1.0-amd64-netinst.iso
            ⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀   0.0 %  downloading  down 3.4 MiB/s  12 peers  ETA 2m54s
            北京的秋天 2024 高清.mkv
            ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿ 100.0 %  seeding  ratio 1.25  up 1.5 MiB/s  2 peers
            👩‍👩‍👧‍👦 family 👍🏽 ❤️ 🏳️‍🌈 holiday.zip
            ⣿⣿⣿⣿⣿⣿⣿⣤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀  37.5 %  checking  300.0 of 800.0 MiB checked
            «שלום עולם 2024 (עברית).mkv»
            ⣿⣿⣿⣿⣶⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀  25.0 %  stalled  down 0 B/s  up 0 B/s  2 peers
            evil\x1B[31mred\x1B[2J\x0D\x0Aname\u202Egnp.exe
            ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣤⣀⣀⣀  80.0 %  downloading  down 3.4 MiB/s  12 peers  ETA 2m54s
            5 torrents  51.2 % of 3.1 GiB  down 6.8 MiB/s  up 1.7 MiB/s  ETA 3m49s
            """);
    }

    [Fact]
    public void The_bar_is_a_map_of_the_pieces()
    {
        var have = new Bitfield(40);
        foreach (int piece in (int[])[0, 1, 2, 3, 8, 9, 10, 20, 39])
            have.Set(piece);
        TransferRow row = Rows.Downloading();
        row = row with { Now = row.Now with { Map = CompletionMap.Of(have) } };
        string.Concat(PieceBar.Ascii.Draw(row, 10).Select(part => part.Text)).Should().Be("#.=..-...-");
        string.Concat(PieceBar.Dots.Draw(row, 10).Select(part => part.Text)).Should().Be("⣿⣀⣶⣀⣀⣤⣀⣀⣀⣤");
    }

    [Fact]
    public void What_is_over_is_not_shown() =>
        Picture([Rows.Downloading() with { Activity = TransferActivity.Over }], 80, 24).Should().BeEmpty();

    private static string Picture(TransferRow[] rows, int columns, int height, PieceBar? bar = null, int waiting = 0) =>
        string.Join('\n', new BlockRenderer(bar ?? PieceBar.Ascii).Render(rows, columns, height, waiting))
            .Replace('\u2068', '«').Replace('\u2069', '»');
}
