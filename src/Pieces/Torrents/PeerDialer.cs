using System.Net;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>Dials addresses from the peer book, a bounded number concurrently, and posts the result of each dial.</summary>
internal sealed class PeerDialer
{
    /// <summary>Maximum number of dials in progress per torrent.</summary>
    public const int MaxDialling = 20;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly ClientServices _services;
    private readonly SwarmKey _infoHash;
    private readonly TorrentInbox _inbox;
    private readonly PeerHandshaker _handshaker;
    private readonly TaskSet _tasks = new();
    private int _dialling;

    /// <summary>Creates an instance.</summary>
    /// <param name="services">The shared services of the client.</param>
    /// <param name="infoHash">The swarm.</param>
    /// <param name="inbox">Receives the result of each dial.</param>
    /// <param name="share">Counts the dials in progress. The receiver of <see cref="PeerArrived"/> counts the resulting connections.</param>
    public PeerDialer(ClientServices services, SwarmKey infoHash, TorrentInbox inbox, ConnectionShare share)
    {
        Share = share;
        _services = services;
        _infoHash = infoHash;
        _inbox = inbox;
        _handshaker = new PeerHandshaker(_ => inbox.OwnId, ReservedBits.Own, services.TimeProvider, services.Encryption, _ => inbox.UsesDht);
    }

    /// <summary>The torrent's share of the client's connections.</summary>
    public ConnectionShare Share { get; }

    /// <summary>Number of dials in progress.</summary>
    public int Dialling => Volatile.Read(ref _dialling);

    /// <summary>Starts a dial. It ends with a <see cref="PeerArrived"/> or <see cref="DialFailed"/> event.</summary>
    /// <param name="address">The address of the peer.</param>
    /// <param name="wantsEncryption">Whether the peer is known to want an encrypted handshake.</param>
    /// <param name="cancellationToken">Cancels the dial.</param>
    public void Dial(IPEndPoint address, bool wantsEncryption, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _dialling);
        Share.Take();
        _tasks.Add(DialAsync(address, wantsEncryption, cancellationToken));
    }

    /// <summary>Completes when no dial is in progress.</summary>
    public Task WhenIdleAsync() => _tasks.WhenAllAsync();

    private async Task DialAsync(IPEndPoint address, bool wantsEncryption, CancellationToken cancellationToken)
    {
        // The synchronous beginning of a connect must not run on the loop.
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
            // A peer that closed the connection has been tried both encrypted and in plain text. A peer that stayed silent is not tried a second time
            // now, as that would double the duration of the dial: the next dial uses the other kind of handshake.
            if (OwnNetwork.IsOutOfDescriptors(e))
                _services.Connections.Shed();
            bool? wantsOther = e is HandshakeModeException { IsSilence: true } silence ? !silence.WasEncrypted : null;
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

    // When both kinds of handshake are allowed, plain text comes first. That costs a round trip only with peers that require encryption and close at
    // once.
    private async Task<HandshakenPeer> OpenAsync(IPEndPoint address, bool wantsEncryption, CancellationToken cancellationToken)
    {
        EncryptionPolicy policy = _services.Encryption.Policy;
        bool isEncrypted = policy == EncryptionPolicy.Require || (policy == EncryptionPolicy.Prefer && wantsEncryption);
        try
        {
            return await GreetAsync(address, isEncrypted, cancellationToken).ConfigureAwait(false);
        }
        catch (HandshakeModeException e) when (policy == EncryptionPolicy.Prefer && !e.IsSilence)
        {
            _services.Logger.Debug("{Peer}: {Reason}; retrying {How:l}", address, e.Message, isEncrypted ? "unencrypted" : "encrypted");
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
