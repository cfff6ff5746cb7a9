namespace Pieces.Storage;

/// <summary>How far the hashing of what is on the disk has come.</summary>
/// <param name="BytesChecked">Bytes looked at.</param>
/// <param name="BytesToCheck">Bytes to look at altogether.</param>
public readonly record struct CheckProgress(long BytesChecked, long BytesToCheck);
