using Pieces.Storage.Transfer;

namespace Pieces.Storage.Resume;

/// <summary>Hears of everything that is written, so that another run can go on from it. Safe for all threads; calls may block.</summary>
internal interface IWriteJournal
{
    /// <summary>Bytes have just been written.</summary>
    void OnWritten(long offset, int length);

    /// <summary>A fact is to be remembered.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    void Append(ResumeRecord record);

    /// <summary>A fact is to be remembered with the next one: does not block.</summary>
    void Hold(ResumeRecord record);

    /// <summary>A write has failed.</summary>
    void OnFailed(StorageException reason);
}

/// <summary>The journal of a download that can be resumed: bytes are flushed from time to time, facts go to the state's log.</summary>
internal sealed class ResumeJournal : IWriteJournal
{
    private readonly DataFlusher _flusher;
    private readonly ResumeLog _log;

    public ResumeJournal(DataFlusher flusher, ResumeLog log)
    {
        _flusher = flusher;
        _log = log;
    }

    /// <inheritdoc/>
    public void OnWritten(long offset, int length) => _flusher.OnWritten(offset, length);

    /// <inheritdoc/>
    public void Append(ResumeRecord record)
    {
        try
        {
            _log.Append(record);
        }
        catch (StorageException e)
        {
            _flusher.Fail(e);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Hold(ResumeRecord record) => _log.Hold(record);

    /// <inheritdoc/>
    public void OnFailed(StorageException reason) => _flusher.Fail(reason);
}
