using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Shared.Messages.Security;

/// <summary>What a certificate is for.</summary>
internal enum CertificateUse
{
    /// <summary>A node of the cluster: both ends of its connections show it.</summary>
    Node,

    /// <summary>A gateway's HTTPS: it lets nobody into the cluster.</summary>
    Gateway,
}

/// <summary>An authority of the operator's own, in PEM files: ca.pem, its certificate, and ca.key, which stays where it is.</summary>
internal static class CertificateAuthority
{
    /// <summary>The authority's certificate, which every node has.</summary>
    public const string CertificateFile = "ca.pem";

    /// <summary>The authority's key, which no node has.</summary>
    public const string KeyFile = "ca.key";

    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    // Clocks of machines differ.
    private static readonly TimeSpan Earlier = TimeSpan.FromMinutes(10);

    /// <summary>Makes an authority.</summary>
    /// <exception cref="IOException">There is one in the folder, or it can't be written.</exception>
    public static void Create(string folder, string name, TimeSpan validity)
    {
        Directory.CreateDirectory(folder);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now - Earlier, now + validity);
        WriteNew(Path.Combine(folder, KeyFile), key.ExportPkcs8PrivateKeyPem(), OwnersOnly);
        WriteNew(Path.Combine(folder, CertificateFile), certificate.ExportCertificatePem(), OwnersOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    /// <summary>Issues a certificate as NAME.pem and NAME.key in the authority's folder, or in another.</summary>
    /// <param name="folder">The authority's.</param>
    /// <param name="name">The holder's.</param>
    /// <param name="addresses">IP addresses and host names under which others connect to it, and from which it connects to others.</param>
    /// <param name="use">What it's for.</param>
    /// <param name="validity">Time from now on; no longer than the authority's.</param>
    /// <param name="into">Where the files go; the authority's folder when it's null.</param>
    /// <exception cref="IOException">Files can't be read or written.</exception>
    /// <exception cref="CryptographicException">The authority's files are none.</exception>
    public static void Issue(string folder, string name, IReadOnlyList<string> addresses, CertificateUse use, TimeSpan validity, string? into = null)
    {
        using var authority = X509Certificate2.CreateFromPemFile(Path.Combine(folder, CertificateFile), Path.Combine(folder, KeyFile));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(use == CertificateUse.Node ? [ServerAuthentication, ClientAuthentication] : [ServerAuthentication], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var address in addresses)
        {
            if (IPAddress.TryParse(address, out var ip))
            {
                names.AddIpAddress(ip);
            }
            else
            {
                names.AddDnsName(address);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        var end = now + validity < authority.NotAfter ? now + validity : authority.NotAfter;
        using var certificate = request.Create(authority, now - Earlier, end, RandomNumberGenerator.GetBytes(16));
        Directory.CreateDirectory(into ?? folder);
        // A renewed one replaces the one before.
        Replace(Path.Combine(into ?? folder, name + ".key"), key.ExportPkcs8PrivateKeyPem(), OwnersOnly);
        Replace(Path.Combine(into ?? folder, name + ".pem"), certificate.ExportCertificatePem(), OwnersOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    private static X500DistinguishedName NameOf(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddOrganizationName("SkydiveActors");
        builder.AddCommonName(name);
        return builder.Build();
    }

    private static void Replace(string path, string text, UnixFileMode mode)
    {
        var beside = path + ".new";
        File.Delete(beside);
        WriteNew(beside, text, mode);
        File.Move(beside, path, overwrite: true);
    }

    // Never readable by others, not for a moment.
    private static void WriteNew(string path, string text, UnixFileMode mode)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
        using var writer = new StreamWriter(file);
        writer.WriteLine(text);
    }
}
