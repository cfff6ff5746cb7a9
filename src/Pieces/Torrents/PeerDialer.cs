using System.Net;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>Dials addresses from the book, a bounded number at a time, and posts what became of each.</summary>
internal sealed class PeerDialer
{
    /// <summary>Dials under way at one time.</summary>
    public const int MaxDialling = 20;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly TorrentServices _services;
    private readonly SwarmKey _infoHash;
    private readonly TorrentInbox _inbox;
    private readonly PeerHandshaker _handshaker;
    private readonly TaskSet _tasks = new();
    private int _dialling;

    /// <summary>Makes it.</summary>
    /// <param name="services">What the client lends.</param>
    /// <param name="infoHash">The swarm.</param>
    /// <param name="inbox">Hears what became of each dial.</param>
    /// <param name="share">Counts the dials under way; those who hear of them count the connections that come of them.</param>
    public PeerDialer(TorrentServices services, SwarmKey infoHash, TorrentInbox inbox, ConnectionShare share)
    {
        Share = share;
        _services = services;
        _infoHash = infoHash;
        _inbox = inbox;
        _handshaker = new PeerHandshaker(_ => inbox.OwnId, ReservedBits.Own, services.TimeProvider, services.Encryption, _ => inbox.UsesDht);
    }

    /// <summary>The torrent's part in the connections of the client.</summary>
    public ConnectionShare Share { get; }

    /// <summary>Dials under way.</summary>
    public int Dialling => Volatile.Read(ref _dialling);

    /// <summary>Begins to dial; ends in <see cref="PeerArrived"/> or <see cref="DialFailed"/>.</summary>
    /// <param name="address">Whom.</param>
    /// <param name="wantsEncryption">Whether it is known to want an encrypted greeting.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public void Dial(IPEndPoint address, bool wantsEncryption, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _dialling);
        Share.Take();
        _tasks.Add(DialAsync(address, wantsEncryption, cancellationToken));
    }

    /// <summary>Ends when no dial is under way.</summary>
    public Task WhenIdleAsync() => _tasks.WhenAllAsync();

    private async Task DialAsync(IPEndPoint address, bool wantsEncryption, CancellationToken cancellationToken)
    {
        // The loop must not run the beginning of a connect on its own time.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            _inbox.Post(new PeerArrived(await OpenAsync(address, wantsEncryption, cancellationToken).ConfigureAwait(false)));
        }
        catch (OperationCanceledException)
        {
            _inbox.Post(new DialFailed(address, "stopping", IsOurselves: false));
        }
        catch (SelfConnectionException e)
        {
            _inbox.Post(new DialFailed(address, e.Message, IsOurselves: true));
        }
        catch (Exception e) when (e is IOException or PiecesException)
        {
            // Who closes was greeted both ways; who is silent would hold up the dial for twice as long, and gets the other greeting the next time.
            if (OwnNetwork.IsOutOfDescriptors(e))
                _services.Connections.Shed();
            bool? wantsOther = e is GreetingRefusedException { IsSilence: true } silence ? !silence.WasEncrypted : null;
            _inbox.Post(new DialFailed(address, e.Message, IsOurselves: false)
            {
                LongestPause = OwnNetwork.LongestPause(e),
                WantsEncryption = wantsOther,
            });
        }
        finally
        {
            Share.GiveBack();
            Interlocked.Decrement(ref _dialling);
        }
    }

    // Plainly first where both ways are allowed: that costs a round trip with those who want encryption and close at once, and none with the others.
    private async Task<HandshakenPeer> OpenAsync(IPEndPoint address, bool wantsEncryption, CancellationToken cancellationToken)
    {
        EncryptionPolicy policy = _services.Encryption.Policy;
        bool isEncrypted = policy == EncryptionPolicy.Require || (policy == EncryptionPolicy.Prefer && wantsEncryption);
        try
        {
            return await GreetAsync(address, isEncrypted, cancellationToken).ConfigureAwait(false);
        }
        catch (GreetingRefusedException e) when (policy == EncryptionPolicy.Prefer && !e.IsSilence)
        {
            _services.Logger.Debug("{Peer}: {Reason}; trying again {How:l}", address, e.Message, isEncrypted ? "plainly" : "encrypted");
        }

        return await GreetAsync(address, !isEncrypted, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HandshakenPeer> GreetAsync(IPEndPoint address, bool isEncrypted, CancellationToken cancellationToken)
    {
        ITransportConnection transport = await ConnectAsync(address, cancellationToken).ConfigureAwait(false);
        try
        {
            return isEncrypted
                ? await _handshaker.DialEncryptedAsync(transport, _infoHash, cancellationToken).ConfigureAwait(false)
                : await _handshaker.DialAsync(transport, _infoHash, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await transport.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<ITransportConnection> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(ConnectTimeout, _services.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await _services.Transport.ConnectAsync(address, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no connection within {ConnectTimeout.TotalSeconds:0} s", e);
        }
    }
}
