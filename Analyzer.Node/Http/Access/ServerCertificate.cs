using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Analyzer.Node.Logging;
using Shared.Messages.Configuration;

namespace Analyzer.Node.Http.Access;

/// <summary>The gateway's certificate, from files that may be renewed while it runs.</summary>
internal sealed class ServerCertificate
{
    private readonly KeyFiles _files;
    private readonly Microsoft.Extensions.Logging.ILogger _log;
    private readonly Lock _gate = new();
    private SslServerAuthenticationOptions _options;
    private (DateTime, DateTime) _stamp;
    private long _lookedAt;

    /// <exception cref="SkydiveConfigException">The files can't be used.</exception>
    public ServerCertificate(KeyFiles files, Microsoft.Extensions.Logging.ILogger log)
    {
        _files = files;
        _log = log;
        _stamp = Stamp();
        try
        {
            _options = Read();
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            throw new SkydiveConfigException("skydive.analyzer.http.certificate", files.Certificate, $"can't be used with {files.Key}: {e.Message}", e);
        }
    }

    /// <summary>For a connection that begins now.</summary>
    public SslServerAuthenticationOptions Options
    {
        get
        {
            lock (_gate)
            {
                if (Environment.TickCount64 - _lookedAt >= 1000)
                {
                    _lookedAt = Environment.TickCount64;
                    Renew();
                }

                return _options;
            }
        }
    }

    // Half written, or the certificate renewed before its key: the next look may find them whole.
    private void Renew()
    {
        var stamp = Stamp();
        if (stamp == _stamp)
        {
            return;
        }

        _stamp = stamp;
        try
        {
            _options = Read();
            _log.CertificateRenewed(_options.ServerCertificateContext!.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            _log.CertificateNotRenewed(e.Message);
        }
    }

    private SslServerAuthenticationOptions Read()
    {
        var certificate = X509Certificate2.CreateFromPemFile(_files.Certificate, _files.Key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_files.Certificate);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
    }

    private (DateTime, DateTime) Stamp() => (File.GetLastWriteTimeUtc(_files.Certificate), File.GetLastWriteTimeUtc(_files.Key));

    private static bool IsOfFiles(Exception e) => e is IOException or UnauthorizedAccessException or CryptographicException;
}
