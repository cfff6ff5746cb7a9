namespace Pieces.Storage;

/// <summary>Progress of hashing the data on the disk.</summary>
/// <param name="BytesChecked">Bytes hashed so far.</param>
/// <param name="BytesToCheck">Total number of bytes to hash.</param>
public readonly record struct CheckProgress(long BytesChecked, long BytesToCheck);
