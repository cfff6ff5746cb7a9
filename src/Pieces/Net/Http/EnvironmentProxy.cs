using System.Net;

namespace Pieces.Net.Http;

/// <summary>
/// The HTTP proxy from the environment (<c>http_proxy</c>, <c>https_proxy</c>, <c>all_proxy</c>, <c>no_proxy</c>). It is used only for HTTP: trackers
/// and torrents from URLs. Peers and UDP trackers are contacted directly, and so are loopback addresses, since a remote proxy would connect to its
/// own loopback.
/// </summary>
internal sealed class EnvironmentProxy : IWebProxy
{
#pragma warning disable RS0030 // It only reads the environment.
    private readonly IWebProxy _inner = HttpClient.DefaultProxy;
#pragma warning restore RS0030

    /// <summary>The proxies in use, for example <c>http://proxy.example:3128</c>, without credentials; null if HTTP connects directly.</summary>
    public static string? Describe()
    {
        var proxy = new EnvironmentProxy();
        Uri? plain = proxy.GetProxy(new Uri("http://tracker.invalid/"));
        Uri? secure = proxy.GetProxy(new Uri("https://tracker.invalid/"));
        string?[] names = [plain is null ? null : "http through " + Name(plain), secure is null ? null : "https through " + Name(secure)];
        return plain is not null && plain.Equals(secure) ? Name(plain)
            : plain is null && secure is null ? null
            : string.Join(", ", names.Where(name => name is not null));
    }

    /// <inheritdoc/>
    public ICredentials? Credentials
    {
        get => _inner.Credentials;
        set => throw new NotSupportedException("the environment's proxy has the environment's credentials");
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : _inner.GetProxy(destination);

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => HostName.IsLoopback(host) || _inner.IsBypassed(host);

    private static string Name(Uri proxy) => $"{proxy.Scheme}://{proxy.IdnHost}:{proxy.Port}";
}
