using Pieces.Primitives;

namespace Pieces.Cli.Parsing;

/// <summary>Settings for uploading to peers.</summary>
/// <param name="UploadLimit">Maximum upload rate to all peers together, in bytes per second.</param>
/// <param name="MaxPeers">Maximum number of connections per torrent.</param>
/// <param name="Ports">Ports to listen on; null for the default range.</param>
internal sealed record ServingSettings(ByteRate UploadLimit, int MaxPeers, PortRange? Ports);
