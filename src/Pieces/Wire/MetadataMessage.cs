namespace Pieces.Wire;

/// <summary>A message of the metadata exchange (BEP 9, <c>ut_metadata</c>).</summary>
/// <param name="Part">Index of a part of <see cref="MetadataCodec.PartLength"/> bytes, from 0; not yet checked against the size.</param>
internal abstract record MetadataMessage(int Part);

/// <summary>Requests a part.</summary>
internal sealed record MetadataRequest(int Part) : MetadataMessage(Part);

/// <summary>A part. Its length matches its index and <paramref name="TotalSize"/>, which may itself be wrong.</summary>
/// <param name="Part">Index of the part.</param>
/// <param name="TotalSize">Size of the whole metadata in bytes as stated by the sender, at most
/// <see cref="ExtensionHandshake.MaxMetadataSize"/>.</param>
/// <param name="Bytes">The part; a view into the message.</param>
internal sealed record MetadataData(int Part, int TotalSize, ReadOnlyMemory<byte> Bytes) : MetadataMessage(Part);

/// <summary>The sender will not send a requested part.</summary>
internal sealed record MetadataReject(int Part) : MetadataMessage(Part);
