using Pieces.Bencode;

namespace Pieces.Metadata;

/// <summary>
/// Decides whether a malformed encoding matters. It matters in values that identify the torrent, are hashed, or become a length or a path on the
/// disk: there two parsers could read different values, so the torrent is rejected. A malformed value of any other key only causes a remark.
/// </summary>
internal readonly ref struct NeededKeys
{
    private static readonly string[] OfTorrent = ["info", "piece layers"];

    private static readonly string[] OfInfo =
        ["name", "name.utf-8", "piece length", "pieces", "length", "files", "attr", "private", "meta version", "file tree", "symlink path"];

    private static readonly string[] OfFile = ["length", "path", "path.utf-8", "attr", "symlink path"];

    private readonly BencodeException[] _oddities;

    private NeededKeys(BencodeException[] oddities) => _oddities = oddities;

    /// <summary>Checks a torrent that was read leniently.</summary>
    /// <exception cref="BencodeException">A malformed value is in a place where it matters.</exception>
    public static void Check(BencodeNode torrent)
    {
        if (torrent.Oddities.Count == 0)
            return;
        var check = new NeededKeys([.. torrent.Oddities.OrderBy(oddity => oddity.Offset)]);
        check.CheckDictionary(torrent, OfTorrent);
    }

    private void CheckDictionary(BencodeNode dictionary, string[] needed)
    {
        int start = dictionary.Offset;
        foreach (BencodeEntry entry in dictionary.Entries)
        {
            int end = entry.Value.Offset + entry.Value.Raw.Length;
            if (Find(start, end) is { } oddity && IndexOf(needed, entry.Key) is >= 0 and var index)
            {
                // The key itself is malformed: it is a duplicate, or its length has an unusual form.
                if (oddity.Offset < entry.Value.Offset)
                    throw oddity;
                CheckValue(needed, needed[index], entry.Value, oddity);
            }

            start = end;
        }
    }

    private void CheckValue(string[] dictionary, string key, BencodeNode value, BencodeException oddity)
    {
        if (dictionary == OfTorrent && key == "info")
            CheckDictionary(value, OfInfo);
        else if (dictionary == OfInfo && key == "files")
            CheckFiles(value);
        else
            throw oddity;
    }

    private void CheckFiles(BencodeNode files)
    {
        foreach (BencodeNode file in files.Items)
        {
            if (Find(file.Offset, file.Offset + file.Raw.Length) is not null)
                CheckDictionary(file, OfFile);
        }
    }

    // The first malformed value in a range of bytes.
    private BencodeException? Find(int start, int end)
    {
        int low = 0, high = _oddities.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_oddities[middle].Offset < start)
                low = middle + 1;
            else
                high = middle;
        }

        return low < _oddities.Length && _oddities[low].Offset < end ? _oddities[low] : null;
    }

    private static int IndexOf(string[] needed, ReadOnlySpan<byte> key)
    {
        for (int i = 0; i < needed.Length; i++)
        {
            if (System.Text.Ascii.Equals(key, needed[i]))
                return i;
        }

        return -1;
    }
}
