namespace Pieces.Wire;

/// <summary>A message of the metadata exchange (BEP 9, <c>ut_metadata</c>).</summary>
/// <param name="Part">Position of a part of <see cref="MetadataCodec.PartLength"/> bytes, from 0; as the stranger says.</param>
internal abstract record MetadataMessage(int Part);

/// <summary>Asks for a part.</summary>
internal sealed record MetadataRequest(int Part) : MetadataMessage(Part);

/// <summary>A part. Its length fits its position and <paramref name="TotalSize"/>; whether that is the true size is another question.</summary>
/// <param name="Part">Its position.</param>
/// <param name="TotalSize">Bytes of the whole metadata as the sender says, at most <see cref="ExtensionHandshake.MaxMetadataSize"/>.</param>
/// <param name="Bytes">The part; a view into the message.</param>
internal sealed record MetadataData(int Part, int TotalSize, ReadOnlyMemory<byte> Bytes) : MetadataMessage(Part);

/// <summary>A part will not be sent.</summary>
internal sealed record MetadataReject(int Part) : MetadataMessage(Part);
