using System.Buffers;
using System.Text;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>
/// Prints the path of each complete file, including files that were complete before the run. The bytes of the name are written unchanged to a file or
/// a pipe, but escaped to a terminal. Names from torrents contain no control characters. The folder given by the user may contain them, and then only
/// a NUL byte marks the end of a path reliably.
/// </summary>
internal sealed class PathObserver : TransferObserver
{
    private readonly OutputPump<string> _pump;
    private readonly byte _end;
    private readonly bool _escapes;

    public PathObserver(IByteOutput output, PathStyle style, bool isTerminal, Action<Outcome> onFailure)
    {
        _end = style == PathStyle.NulEnded ? (byte)0 : (byte)'\n';
        _escapes = style == PathStyle.Lines && isTerminal;
        _pump = new OutputPump<string>(output, Format, onFailure);
    }

    /// <inheritdoc/>
    public override void Hear(TransferItem item, TorrentNotice notice)
    {
        if (notice is FileNotice file)
            _pump.Add(file.Path);
    }

    /// <inheritdoc/>
    protected override ValueTask CloseAsync() => _pump.DisposeAsync();

    private void Format(string path, IBufferWriter<byte> into)
    {
        Encoding.UTF8.GetBytes(_escapes ? DisplayText.Escape(path) : path, into);
        into.Write([_end]);
    }
}
