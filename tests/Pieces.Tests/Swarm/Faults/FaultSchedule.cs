using System.Net;
using Pieces.Primitives;
using Pieces.Storage.Resume;
using Pieces.Storage.Stores;
using Pieces.Tests.Storage;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Swarm.Faults;

/// <summary>
/// One download of 64 pieces from three honest peers, during which five faults of disk, network, clock and process occur, determined by a seed. After
/// each fault the guarantees of the storage are checked, and at the end the download completes.
/// </summary>
internal sealed class FaultSchedule : IAsyncDisposable
{
    private const int Faults = 5;
    private const int NoSpace = 28;
    private const int IoError = 5;
    private const int MostScarceOpens = 4;
    private const int MostRestarts = 4;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly Random _random;
    private readonly TestSwarm _swarm = new();
    private readonly List<SwarmMember> _others = [];
    private readonly List<string> _happened = [];
    private readonly FaultDisk _disk;
    private readonly string _folder;
    private readonly string _address;
    private SwarmMember _victim;
    private Guid _boot = Guid.NewGuid();
    private bool _hasLeft;

    public FaultSchedule(int seed)
    {
        _random = new Random(seed);
        _others.Add(AddSeed());
        _others.Add(AddSeed());
        _others.Add(_swarm.AddLeecher(Known()));
        _address = _swarm.NextAddress();
        _folder = _swarm.NextFolder();
        _disk = new FaultDisk(_random, _folder);
        _victim = AddVictim();
    }

    /// <summary>The faults that have occurred so far, for messages.</summary>
    public string Happened => string.Join(", ", _happened);

    private bool IsComplete => _victim.Torrent.Completion.IsCompletedSuccessfully;

    private string Part => Path.Combine(_folder, "file.bin.part");

    private string Final => Path.Combine(_folder, "file.bin");

    private string State => Path.Combine(_folder, ".file.bin.pieces", "state");

    public async Task RunAsync()
    {
        for (int i = 0; i < Faults; i++)
        {
            await PassAsync(1 + (_random.NextDouble() * 7));
            await HappenAsync();
            await CheckAsync();
        }

        _happened.Add("all is well");
        _disk.Revive();
        for (int i = 0; i < MostRestarts && !IsComplete; i++)
        {
            if (_victim.Torrent.Stopped.IsCompleted)
                await AgainAsync();

            await _swarm.UntilAsync(() => IsComplete || _victim.Torrent.Stopped.IsCompleted, "the download is done", step: Step);
        }

        IsComplete.Should().BeTrue("{0}", _victim.Torrent.Stopped.Exception?.Message);
        await CheckAsync();
        _swarm.Data.ShouldBeRightIn(_folder);
        await _swarm.EndAsync();
    }

    public ValueTask DisposeAsync() => _swarm.DisposeAsync();

    // The upload limit makes the download last for several flushes, with several faults between two of them.
    private SwarmMember AddSeed()
    {
        string folder = _swarm.NextFolder();
        _swarm.Data.WriteContent(folder);
        return _swarm.Add(
            _swarm.NextAddress(),
            folder,
            new TorrentOptions { SeedOnly = true, Seed = new SeedGoals(), Peers = [.. Known()] },
            change: options => options with { UploadLimit = new ByteRate(32 * TestTorrent.KiB) });
    }

    private SwarmMember AddVictim() => _swarm.Add(
        _address,
        _folder,
        TestSwarm.LeecherOptions(Known()),
        makeStore: options => new TorrentStorage(options with { FileSystem = _disk, Boot = _boot }));

    private IPEndPoint[] Known() => [.. _others.Select(other => other.EndPoint)];

    private Task<double> PassAsync(double seconds)
    {
        long start = _swarm.Time.GetTimestamp();
        return _swarm.UntilAsync(() => _swarm.Time.GetElapsedTime(start).TotalSeconds >= seconds, "time passes", step: Step);
    }

    private async Task HappenAsync()
    {
        switch (_random.Next(16))
        {
            case 0:
                await RefuseAsync("a short write, then no space", () => _disk.FailWrite(NoSpace));
                break;
            case 1:
                await RefuseAsync("a write that fails", () => _disk.FailWrite(IoError));
                break;
            case 2:
                await RefuseAsync("a read-only remount", _disk.RemountReadOnly);
                break;
            case 3 or 4:
                await RefuseAsync("a flush that fails", _disk.FailFlush);
                break;
            case 5:
                await EndAsync("a kill", losesUnflushed: false);
                break;
            case 6:
                await EndAsync("the disk is detached", losesUnflushed: true);
                break;
            case 7:
                await EndAsync("a power cut", losesUnflushed: true);
                _boot = Guid.NewGuid();
                break;
            case 8:
                await EndAsync("a kill and a changed file", losesUnflushed: false);
                ChangeFile();
                break;
            case 9 or 10:
                await EnterScarcityAsync();
                break;
            case 11:
                _happened.Add("nothing can be removed");
                _disk.KeepsEverything = true;
                break;
            case 12:
                await RemoveFileAsync();
                break;
            case 13 or 14:
                await RefuseAsync("a kill between two calls", () => _disk.DieAfter(_random.Next(40)));
                break;
            default:
                await DisturbAsync();
                break;
        }

        if (_victim.Torrent.Stopped.IsCompleted)
            await AgainAsync();
    }

    // Files get descriptors before connections do, so no disk call may fail for lack of descriptors.
    private async Task EnterScarcityAsync()
    {
        _happened.Add("too many open files");
        _disk.FailOpens(1 + _random.Next(MostScarceOpens));
        long start = _swarm.Time.GetTimestamp();
        await _swarm.UntilAsync(() => !_disk.IsScarce || _swarm.Time.GetElapsedTime(start).TotalSeconds > 12, "files are opened", step: Step);
        await PassAsync(1);
        $"{_victim.Torrent.Stopped.Exception}".Should().NotContain("too many open files", "that is no fault of the disk");
        _disk.Revive();
    }

    private async Task RemoveFileAsync()
    {
        _happened.Add("the file is removed");
        File.Delete(Part);
        await PassAsync(1);
    }

    private async Task DisturbAsync()
    {
        if (_random.Next(2) == 0)
        {
            _happened.Add("the clock jumps by an hour");
            _swarm.Time.Advance(TimeSpan.FromHours(1));
            await PassAsync(1);
            return;
        }

        _happened.Add("the network is down for 60 s");
        foreach (SwarmMember other in _others)
            _swarm.Network.SetDialFault(other.Address, DialFault.Blackhole);
        _swarm.Network.Cut(_address);
        await PassAsync(60);
        foreach (SwarmMember other in _others)
            _swarm.Network.SetDialFault(other.Address, DialFault.None);
    }

    // If the torrent still writes, it ends by itself as soon as a write fails.
    private async Task RefuseAsync(string what, Action arm)
    {
        _happened.Add(what);
        arm();
        long start = _swarm.Time.GetTimestamp();
        await _swarm.UntilAsync(
            () => _victim.Torrent.Stopped.IsCompleted || _swarm.Time.GetElapsedTime(start).TotalSeconds > 12, "it meets the fault", step: Step);
        if (!_victim.Torrent.Stopped.IsCompleted)
            _disk.Revive();
        else
            await LeaveAsync();
    }

    private async Task EndAsync(string what, bool losesUnflushed)
    {
        _happened.Add(what);
        _disk.Die(losesUnflushed);
        await LeaveAsync();
    }

    private async Task LeaveAsync()
    {
        _hasLeft = true;

        // If its disk has failed, the torrent ends with an exception. That is expected here.
        _ = _victim.Torrent.StopAsync();
        await _swarm.UntilAsync(() => _victim.Torrent.Stopped.IsCompleted, "it ends", step: Step);
        _ = _victim.Torrent.Stopped.Exception;
        await _swarm.RemoveAsync(_victim);
        _disk.ShowLosses();
        LookFresh();
        CheckDisk();
    }

    private async Task AgainAsync()
    {
        if (!_hasLeft)
            await LeaveAsync();
        _hasLeft = false;
        _disk.Revive();
        _victim = AddVictim();
        await _swarm.UntilAsync(
            () => _victim.Torrent.Stopped.IsCompleted || _victim.Now.Phase is TorrentPhase.Downloading or TorrentPhase.Seeding, "it begins",
            step: Step);
    }

    // Undoing a lost write changes the modification time of the file, which a real lost write does not. So the state file gets a later time again.
    private void LookFresh()
    {
        if (File.Exists(State))
            File.SetLastWriteTimeUtc(State, File.GetLastWriteTimeUtc(State).AddSeconds(1));
    }

    private void ChangeFile()
    {
        if (!File.Exists(Part))
            return;
        using FileStream file = File.OpenWrite(Part);
        file.Position = _random.NextInt64(_swarm.Data.Bytes.Length - 1000);
        file.Write(new byte[1000]);
        file.Flush();
        File.SetLastWriteTimeUtc(file.SafeFileHandle, File.GetLastWriteTimeUtc(State).AddHours(1));
    }

    private async Task CheckAsync()
    {
        await PassAsync(0);
        foreach (SwarmMember member in _others.Append(_victim))
            member.Banned.Should().BeEmpty($"{member.Address} knows honest peers alone");
        TorrentSnapshot now = _victim.Now;
        now.Wasted.Should().BeLessThanOrEqualTo(now.Downloaded);
        now.BytesVerified.Should().Be(now.PiecesHave * (long)_swarm.Data.Metainfo.Layout.PieceLength);
        if (File.Exists(Final))
            _swarm.Data.ShouldBeRightIn(_folder);
    }

    // Checks that every piece that the resume state counts without hashing is on the disk.
    private void CheckDisk()
    {
        string data = File.Exists(Final) ? Final : Part;
        if (!File.Exists(State) || !File.Exists(data))
            return;
        ResumeReading reading = ResumeFile.Read(StorageHarness.At(State), _swarm.Data.Metainfo, _boot);
        if (reading.State is not { } state)
            return;
        byte[] there = File.ReadAllBytes(data);
        int length = _swarm.Data.Metainfo.Layout.PieceLength;
        for (int i = state.Have.NextSet(0); i >= 0; i = state.Have.NextSet(i + 1))
        {
            there.AsSpan(i * length, length).SequenceEqual(_swarm.Data.Bytes.AsSpan(i * length, length))
                .Should().BeTrue($"piece {i} counts, so it is on the disk");
        }
    }
}
