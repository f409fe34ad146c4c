using Lab.Hosts;
using Shared.Messages.Security;

namespace Lab.Cluster;

/// <summary>The lab's own authority, made when it comes up, and the certificates of its nodes.</summary>
internal sealed class LabCertificates(LabFolder folder)
{
    // Nothing of the product runs there.
    private const string AuthoritysHost = "underlay";

    private static readonly TimeSpan _validity = TimeSpan.FromDays(365);

    /// <summary>Makes a host's certificate; the section of its configuration that names it.</summary>
    public string Issue(string host, string address)
    {
        var authority = Path.Combine(folder.Of(AuthoritysHost), "ca");
        if (!Directory.Exists(authority))
        {
            CertificateAuthority.Create(authority, "Skydive lab", _validity);
        }

        CertificateAuthority.Issue(authority, host, [address], CertificateUse.Node, _validity, folder.Of(host));
        return $$"""
            skydive.tls {
              authority = "{{Path.Combine(authority, CertificateAuthority.CertificateFile)}}"
              certificate = "{{Path.Combine(folder.Of(host), host)}}.pem"
              key = "{{Path.Combine(folder.Of(host), host)}}.key"
            }

            """;
    }
}
