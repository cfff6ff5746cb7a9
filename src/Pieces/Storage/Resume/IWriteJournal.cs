using Pieces.Storage.Transfer;

namespace Pieces.Storage.Resume;

/// <summary>Records everything that is written, so that a later run can resume from it. Safe for all threads; calls may block.</summary>
internal interface IWriteJournal
{
    /// <summary>Records that bytes were written.</summary>
    void OnWritten(long offset, int length);

    /// <summary>Appends a record.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    void Append(ResumeRecord record);

    /// <summary>Keeps a record, to be written together with the next one. Does not block.</summary>
    void Hold(ResumeRecord record);

    /// <summary>Records that a write has failed.</summary>
    void OnFailed(StorageException reason);
}

/// <summary>The journal of a download that can be resumed: data is flushed periodically, records go to the log of the resume state.</summary>
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
