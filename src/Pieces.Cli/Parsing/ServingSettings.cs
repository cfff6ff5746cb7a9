using Pieces.Primitives;

namespace Pieces.Cli.Parsing;

/// <summary>How peers are served.</summary>
/// <param name="UploadLimit">Bytes a second to all peers.</param>
/// <param name="MaxPeers">Connections for one torrent.</param>
/// <param name="Ports">Ports to listen on, or null for the default range.</param>
internal sealed record ServingSettings(ByteRate UploadLimit, int MaxPeers, PortRange? Ports);
