using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Event;
using Akka.Remote.Transport.DotNetty;
using Shared.Messages.Configuration;
using Shared.Messages.Telemetry;

namespace Shared.Messages.Security;

/// <summary>
/// TLS between nodes: both ends show a certificate of the operator's authority, made for nodes, valid today, and for the address
/// at the other end of the connection.
/// </summary>
internal sealed class NodeTls
{
    private static readonly OidCollection Uses = [new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")];

    private readonly X509Certificate2Collection _authorities = [];
    private readonly X509Certificate2 _own;

    private NodeTls(TlsOptions options)
    {
        _authorities.ImportFromPemFile(options.Authority);
        _own = X509Certificate2.CreateFromPemFile(options.Own.Certificate, options.Own.Key);
    }

    /// <summary>What Akka.Remote is told.</summary>
    public DotNettySslSetup Setup => new(_own, suppressValidation: false, requireMutualAuthentication: true, validateCertificateHostname: true, Accept);

    /// <summary>What a server on this node shows clients that have no certificates.</summary>
    public SslServerAuthenticationOptions Gate => new() { ServerCertificateContext = SslStreamCertificateContext.Create(_own, null, offline: true) };

    /// <summary>Reads the files, and whether the node's own certificate would be taken by others.</summary>
    /// <exception cref="SkydiveConfigException">They can't be used.</exception>
    public static NodeTls Open(TlsOptions options)
    {
        try
        {
            var tls = new NodeTls(options);
            return tls._authorities.Count == 0 ? throw new CryptographicException($"{options.Authority} holds no certificate")
                : tls.Wrong(tls._own, null) is { } wrong ? throw new CryptographicException(wrong)
                : tls;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new SkydiveConfigException("skydive.tls.certificate", options.Own.Certificate, $"can't be used with {options.Own.Key} and {options.Authority}: {e.Message}", e);
        }
    }

    /// <summary>What's wrong with a certificate, whoever shows it; null when nothing is.</summary>
    internal string? Wrong(X509Certificate2 certificate, X509Chain? shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        // An authority of one's own publishes no list of those it has taken back: their nodes get another authority, or wait for the end.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        foreach (var use in Uses)
        {
            chain.ChainPolicy.ApplicationPolicy.Add(use);
        }

        foreach (var element in shown?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        if (chain.Build(certificate))
        {
            return null;
        }

        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        return status switch
        {
            _ when (status & X509ChainStatusFlags.NotTimeValid) != 0 => certificate.NotAfter < DateTime.Now
                ? $"it has expired, at {certificate.NotAfter.ToUniversalTime():u}"
                : $"it isn't valid before {certificate.NotBefore.ToUniversalTime():u}",
            _ when (status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid)) != 0 => "it's of another authority",
            _ when (status & X509ChainStatusFlags.NotValidForUsage) != 0 => "it isn't made for nodes",
            _ => status.ToString(),
        };
    }

    private bool Accept(X509Certificate2? certificate, X509Chain? chain, string remotePeer, SslPolicyErrors errors, ILoggingAdapter log)
    {
        var wrong = certificate is null ? "it shows none" : Wrong(certificate, chain) ?? (IsOf(certificate, remotePeer) ? null : "it isn't made for that address");
        if (wrong is null)
        {
            return true;
        }

        ListenerMetrics.CountRefused("remoting", "certificate");
        log.Warning("connection with {0} refused for the certificate there ({1}): {2}", remotePeer, certificate?.Subject ?? "none", wrong);
        return false;
    }

    private static bool IsOf(X509Certificate2 certificate, string peer)
    {
        var host = HostOf(peer);
        return host.Length > 0 && (certificate.MatchesHostname(host, allowWildcards: false, allowCommonName: false)
            || (IPAddress.TryParse(host, out var address) && certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()).Any(name => Resolves(name, address))));
    }

    // The peer as Akka.Remote has it: the address to which, "ssl.tcp://skydive@192.0.2.1:9111", or the endpoint from which the connection was made.
    internal static string HostOf(string peer)
    {
        var end = peer[(peer.IndexOf('@', StringComparison.Ordinal) + 1)..];
        if (IPEndPoint.TryParse(end, out var endpoint))
        {
            return (endpoint.Address.IsIPv4MappedToIPv6 ? endpoint.Address.MapToIPv4() : endpoint.Address).ToString();
        }

        var colon = end.LastIndexOf(':');
        var host = colon > 0 ? end[..colon] : end;
        return Uri.CheckHostName(host) == UriHostNameType.Dns ? host : "";
    }

    private static bool Resolves(string name, IPAddress address)
    {
        try
        {
            return Dns.GetHostAddresses(name).Contains(address);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
