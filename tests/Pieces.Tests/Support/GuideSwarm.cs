using Pieces.Tests.Metadata;

namespace Pieces.Tests.Support;

/// <summary>The environment of the guide's recipes: a tracker, and a seeder of film.torrent and album.torrent, on loopback.</summary>
public sealed class GuideSwarm : IAsyncLifetime
{
    /// <summary>The album's files.</summary>
    internal static readonly string[] Album = ["album/01 - rain.flac", "album/02 - it's snow.flac", "album/cover.jpg"];

    private readonly TempFolder _folder = new();
    private PiecesProcess? _tracker;
    private PiecesProcess? _seeder;

    /// <summary>The folder that contains the originals of album/ and film.mkv.</summary>
    internal string Origin => _folder["origin"];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (OperatingSystem.IsWindows())
            return;
        var random = new Random(7);
        foreach ((string path, int length) in (ReadOnlySpan<(string, int)>)
            [("film.mkv", 3_000_001), (Album[0], 900_000), (Album[1], 700_003), (Album[2], 40_000)])
        {
            byte[] content = new byte[length];
            random.NextBytes(content);
            _folder.Write(Path.Join("origin", path), content);
        }

        Directory.CreateDirectory(_folder["bin"]);
        File.CreateSymbolicLink(_folder["bin/pieces"], Path.GetFullPath(PiecesProcess.Executable));
        _tracker = PiecesProcess.Start(["tracker", "--port", "0"]);
        string announce = await _tracker.FirstOutputLineAsync();
        await CreateAsync("film.mkv", "film.torrent", announce);
        await CreateAsync("album", "album.torrent", announce);
        _seeder = PiecesProcess.Start(
            [
                "seed", _folder["film.torrent"], _folder["album.torrent"], "--data", Origin, "--interface", "127.0.0.1", "-p", "0",
                "--progress", "plain"
            ]);
        await _seeder.WaitForErrorTextAsync("film.mkv: seeding 100");
        await _seeder.WaitForErrorTextAsync("album: seeding 100");
    }

    /// <summary>Copies the two torrent files to a folder.</summary>
    internal void CopyTorrentsTo(string folder)
    {
        foreach (string name in (ReadOnlySpan<string>)["film.torrent", "album.torrent"])
            File.Copy(_folder[name], Path.Join(folder, name));
    }

    /// <summary>Starts a script of the guide in a folder. The program is on PATH as <c>pieces</c>, and uses loopback only.</summary>
    internal PiecesProcess Start(string script, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        var all = new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
        {
            ["PATH"] = _folder["bin"] + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"),
            ["HOME"] = folder,
            ["PIECES_INTERFACE"] = "127.0.0.1",
        };
        all.TryAdd("PIECES_PORT", "0");
        return PiecesProcess.StartProgram(["/bin/bash", "-euo", "pipefail", "-c", script], folder, all);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_seeder is not null)
            await _seeder.DisposeAsync();
        if (_tracker is not null)
            await _tracker.DisposeAsync();
        _folder.Dispose();
    }

    private async Task CreateAsync(string what, string torrent, string announce)
    {
        PiecesResult made = await PiecesProcess.RunAsync("create", Path.Join(Origin, what), "-t", announce, "-o", _folder[torrent]);
        made.ExitCode.Should().Be(0, made.StandardError);
    }
}
