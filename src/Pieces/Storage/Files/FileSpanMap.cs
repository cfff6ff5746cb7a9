using System.Collections.Immutable;
using Pieces.Metadata;

namespace Pieces.Storage.Files;

/// <summary>A range of one file.</summary>
/// <param name="File">Index of the file in the metainfo.</param>
/// <param name="Offset">Start of the range in the file, in bytes.</param>
/// <param name="Length">Length in bytes, never 0.</param>
internal readonly record struct FileSegment(int File, long Offset, int Length);

/// <summary>Finds the file segments that make up a range of a torrent's bytes; empty files are never included.</summary>
internal sealed class FileSpanMap
{
    private readonly ImmutableArray<FileEntry> _files;
    private readonly long[] _starts;

    /// <summary>Maps the files of one torrent, which are concatenated in the order of the metainfo (BEP 3).</summary>
    public FileSpanMap(ImmutableArray<FileEntry> files)
    {
        _files = files;
        _starts = new long[files.Length];
        for (int i = 0; i < _starts.Length; i++)
            _starts[i] = files[i].Offset;
    }

    /// <summary>The segments of a range that lies within the torrent, in order. Allocates no memory.</summary>
    public SegmentWalk Segments(long offset, int length) => new(this, offset, length);

    /// <summary>Index of the file that contains the byte at <paramref name="offset"/>.</summary>
    public int FileAt(long offset)
    {
        int low = 0, high = _starts.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_starts[middle] <= offset)
                low = middle + 1;
            else
                high = middle;
        }

        // When several files begin at this offset, all but the last are empty.
        return low - 1;
    }

    /// <summary>Enumerates the segments of a range.</summary>
    internal struct SegmentWalk
    {
        private readonly FileSpanMap _map;
        private long _offset;
        private int _left;
        private int _file;

        internal SegmentWalk(FileSpanMap map, long offset, int length)
        {
            _map = map;
            _offset = offset;
            _left = length;
            _file = length > 0 ? map.FileAt(offset) : 0;
        }

        /// <summary>The segment that <see cref="MoveNext"/> found.</summary>
        public FileSegment Current { get; private set; }

        /// <summary>Makes the value usable in <c>foreach</c>.</summary>
        public readonly SegmentWalk GetEnumerator() => this;

        /// <summary>Advances to the next segment; false at the end.</summary>
        public bool MoveNext()
        {
            if (_left <= 0)
                return false;
            FileEntry file = _map._files[_file];
            while (_offset >= file.Offset + file.Length)
                file = _map._files[++_file];
            int take = (int)Math.Min(_left, file.Offset + file.Length - _offset);
            Current = new FileSegment(_file, _offset - file.Offset, take);
            _offset += take;
            _left -= take;
            return true;
        }
    }
}
