using Pieces.Metadata;

namespace Pieces.Storage.Resume;

/// <summary>Composes the bytes of a complete resume state from the ledger.</summary>
internal sealed class ResumeSnapshot
{
    private readonly Metainfo _metainfo;
    private readonly PieceLedger _ledger;
    private readonly Guid _boot;

    /// <summary>Composes the states of one torrent, for the current boot of the machine.</summary>
    public ResumeSnapshot(Metainfo metainfo, PieceLedger ledger, Guid boot)
    {
        _metainfo = metainfo;
        _ledger = ledger;
        _boot = boot;
        Length = ResumeFile.SnapshotLength(metainfo.Layout.PieceCount, metainfo.Files.Length);
    }

    /// <summary>Length without records, in bytes.</summary>
    public int Length { get; }

    /// <summary>The current state: the snapshot, followed by records for the data that a snapshot does not contain.</summary>
    public byte[] Compose(out int recordCount)
    {
        byte[] snapshot = ResumeFile.Snapshot(_metainfo, _boot, _ledger.Snapshot());
        List<ResumeRecord> records = _ledger.Records();
        recordCount = records.Count;
        byte[] bytes = new byte[snapshot.Length + (records.Count * ResumeFile.RecordLength)];
        snapshot.CopyTo(bytes, 0);
        for (int i = 0; i < records.Count; i++)
            ResumeFile.WriteRecord(bytes.AsSpan(snapshot.Length + (i * ResumeFile.RecordLength)), records[i]);
        return bytes;
    }
}
