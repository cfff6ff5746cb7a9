using System.Reflection;

namespace Pieces.Tests.Limits;

/// <summary>
/// The test for each limit that exceeds the limit by one. docs/limits.md names these tests. A limit that is missing here has no such test.
/// </summary>
internal static class OnePastTests
{
    /// <summary>The limits (type and constant) and their tests (class and method).</summary>
    public static IReadOnlyDictionary<string, string> ByLimit { get; } = new Dictionary<string, string>
    {
        ["BencodeReader.MaxDepth"] = "BencodeReaderTests.Nesting_is_read_to_its_limit_and_refused_one_beyond",
        ["BencodeReader.MaxNodes"] = "BencodeReaderTests.Values_are_read_to_their_limit_and_refused_one_beyond",
        ["BencodeReader.MaxOddities"] = "NeededKeysTests.One_oddity_too_many_is_over_the_limit",
        ["BlockRequest.MaxLength"] = "PeerConnectionReadTests.The_longest_block_passes_and_one_byte_more_is_refused_by_its_header",
        ["ClientName.MaxLength"] = "ClientNameTests.A_name_one_over_the_limit_is_cut",
        ["CompactPeers.MaxPeers"] = "CompactPeersTests.More_peers_than_the_limit_are_not_taken",
        ["DepartedPeers.Capacity"] = "DepartedPeersTests.The_oldest_is_forgotten_when_one_more_has_left_than_are_remembered",
        ["DhtMemory.MaxLength"] = "DhtMemoryTests.A_damaged_one_does_not_count",
        ["DhtMemory.MaxNodes"] = "DhtMemoryTests.A_damaged_one_does_not_count",
        ["PreMetadataMessages.MaxHaves"] = "MagnetAbuseTests.A_peer_that_said_too_much_to_be_remembered_is_dialled_anew",
        ["EventWriter.MaxBeforeOthers"] = "EventWriterTests.For_a_reader_who_does_not_read_pieces_and_summaries_wait_and_of_the_rest_only_so_much",
        ["EventWriter.MaxBeforeProgress"] = "EventWriterTests.For_a_reader_who_does_not_read_pieces_and_summaries_wait_and_of_the_rest_only_so_much",
        ["ExtensionHandshake.MaxExtensions"] = "ExtensionHandshakeTests.No_more_extensions_are_kept_than_the_limit",
        ["HttpTracker.MaxBodyLength"] = "SwarmScrapeTests.An_endless_answer_is_cut_and_hostile_words_are_escaped",
        ["KeyExchangeGate.HostRate"] = "KeyExchangeGateTests.A_host_gets_a_burst_and_then_so_many_a_second",
        ["KeyExchangeGate.OverallRate"] = "KeyExchangeGateTests.All_together_get_no_more_than_a_twentieth_of_a_core_can_do",
        ["KrpcGrammar.MaxDepth"] = "KrpcTests.Nesting_and_numbers_have_their_limits",
        ["LocalAnnouncement.MaxInfoHashes"] = "LocalDiscoveryTests.Torrents_that_begin_together_are_called_together_and_again_after_five_minutes",
        ["MagnetQuery.MaxLength"] = "NamesNeverThrowTests.A_query_may_begin_anywhere",
        ["MagnetSelection.MaxIndex"] = "MagnetLinkTests.Ranges_that_overlap_cost_no_more_than_one",
        ["MetadataFetch.MaxHeld"] = "MetadataFetchTests.What_is_held_stays_bounded_and_the_honest_one_still_gets_through",
        ["MetainfoParser.MaxFileLength"] = "MetainfoParserTests.A_file_that_is_too_long_is_refused_before_it_is_read",
        ["OpenPieces.MaxParked"] = "OpenPiecesTests.One_parked_piece_too_many_is_refused",
        ["PeerExchangeCodec.MaxPeers"] = "PeerExchangeCodecTests.What_is_beyond_fifty_is_left_out",
        ["PeerExtensions.MaxNames"] = "ExtensionRegistryTests.One_name_too_many_is_not_remembered",
        ["PeerOutbox.MaxLength"] = "PeerConnectionWriteTests.The_outbox_holds_its_limit_and_a_bitfield_and_not_one_message_more",
        ["PeerStore.MaxOfHost"] = "PeerStoreTests.All_swarms_together_have_so_many_peers_and_one_address_is_in_so_many_swarms",
        ["PeerStore.MaxOfSwarm"] = "PeerStoreTests.A_swarm_has_so_many_peers_and_the_oldest_goes",
        ["PeerStore.MaxPeers"] = "PeerStoreTests.All_swarms_together_have_so_many_peers_and_one_address_is_in_so_many_swarms",
        ["PeerStore.MaxSwarms"] = "PeerStoreTests.There_are_so_many_swarms_and_the_one_heard_of_longest_ago_goes",
        ["PieceLayout.MaxPieceCount"] = "PieceLayoutTests.Lengths_outside_the_limits_are_refused",
        ["PieceLayout.MaxPieceLength"] = "PieceLayoutTests.Lengths_outside_the_limits_are_refused",
        ["ProviderRequests.MaxAllowedFast"] = "PieceManagerRequestTests.One_allowed_fast_piece_too_many_is_not_remembered",
        ["RedirectRule.MaxRedirects"] = "RedirectTests.A_loop_of_redirects_ends_after_five",
        ["RequestWindow.MaxLimit"] = "RequestWindowTests.One_request_more_than_the_bound_is_never_out_whatever_the_peer_says",
        ["ResumeFile.MaxRecordsLength"] = "StorageScaleTests.A_state_longer_than_any_of_ours_is_not_read",
        ["RepeatedWarnings.MaxKinds"] = "RepeatedWarningsTests.Kinds_beyond_the_limit_are_told_each_time",
        ["SafePath.MaxDepth"] = "FileNameTests.A_path_is_taken_to_its_depth_and_refused_one_beyond",
        ["SafePath.MaxNameBytes"] = "SafePathTests.A_name_is_kept_to_the_limit_and_shortened_one_beyond",
        ["SafePath.MaxPathBytes"] = "FileNameTests.A_path_is_taken_to_its_length_and_refused_one_beyond",
        ["ShareLedger.MaxHosts"] = "ShareLedgerTests.Many_hosts_cost_bounded_memory_and_their_downloads_stay_counted",
        ["ShareLedger.MaxPerHost"] = "ShareLedgerTests.A_host_counts_once_for_each_connection_over_which_bytes_were_sent",
        ["SourceBytes.MaxUnpackedLength"] = "SourceProcessTests.Gzip_that_is_damaged_or_unpacks_to_too_much_is_one_line",
        ["SuperSeedPolicy.MaxPieces"] = "SuperSeedingTests.Too_many_pieces_or_a_stream_are_told_of_as_usual",
        ["TrackerTiers.MaxTrackers"] = "TrackerClientTests.A_tracker_that_stands_there_twice_is_used_once_and_their_number_has_a_limit",
        ["UploadQueue.Capacity"] = "UploadQueueTests.One_over_the_capacity_is_refused",
        ["UrlReader.MaxUrlBytes"] = "MetainfoParserTests.Trackers_are_bounded_in_number_and_length",
        ["UrlReader.MaxUrls"] = "MagnetLinkTests.What_exceeds_a_limit_is_left_out_or_refused",
        ["WarningList.MaxLines"] = "FileNameTests.Many_equal_names_take_no_square_of_time",
    };

    /// <summary>Whether a test exists.</summary>
    public static bool Exists(string test)
    {
        string[] parts = test.Split('.');
        return typeof(OnePastTests).Assembly.GetTypes().Where(type => type.Name == parts[0])
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public))
            .Any(method => method.Name == parts[1] && method.IsDefined(typeof(FactAttribute)));
    }
}
