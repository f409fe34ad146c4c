using System.CommandLine;
using System.Security.Cryptography;
using Shared.Messages.Security;

namespace Cli.Security;

/// <summary>`ca init`, `ca node` and `ca gateway`: an authority of one's own, and the certificates of nodes and of a gateway's HTTPS.</summary>
internal static class CaCommand
{
    private static readonly Option<string> _folder = new("--folder") { Description = "where the authority's files are", DefaultValueFactory = _ => "skydive-ca", Recursive = true };

    public static Command Create() => new("ca", "make a certificate authority, and certificates of nodes and gateways") { _folder, Init(), Issue(CertificateUse.Node), Issue(CertificateUse.Gateway) };

    private static Command Init()
    {
        var name = new Option<string>("--name") { Description = "the authority's name", DefaultValueFactory = _ => "Skydive authority" };
        var days = Days(3650);
        var command = new Command("init", "make the authority: ca.pem for every node, ca.key for nobody else") { name, days };
        command.SetAction(parsed => Guard(() =>
        {
            CertificateAuthority.Create(parsed.GetValue(_folder)!, parsed.GetValue(name)!, TimeSpan.FromDays(parsed.GetValue(days)));
            Console.WriteLine($"{Path.Combine(parsed.GetValue(_folder)!, CertificateAuthority.CertificateFile)} goes to every node; keep {CertificateAuthority.KeyFile} where it is");
        }));
        return command;
    }

    private static Command Issue(CertificateUse use)
    {
        var name = new Argument<string>("name") { Description = "the host's name, and the files'" };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (text.Length is 0 or > 64 || text.StartsWith('.') || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
            {
                result.AddError($"'{text}' should be at most 64 letters, digits, '-', '_' and '.'");
            }
        });
        var addresses = new Option<string[]>("--address")
        {
            Description = "an IP address or host name it's reached by and connects from; may be given several times",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var days = Days(730);
        var word = use == CertificateUse.Node ? "node" : "gateway";
        var command = new Command(word, use == CertificateUse.Node ? "make a node's certificate and key, NAME.pem and NAME.key" : "make a certificate and key for the HTTPS of an analyzer's gateway") { name, addresses, days };
        command.SetAction(parsed => Guard(() =>
        {
            var (folder, holder) = (parsed.GetValue(_folder)!, parsed.GetValue(name)!);
            CertificateAuthority.Issue(folder, holder, parsed.GetValue(addresses)!, use, TimeSpan.FromDays(parsed.GetValue(days)));
            Console.WriteLine($"{Path.Combine(folder, holder)}.pem and .key go to {holder}");
        }));
        return command;
    }

    private static Option<int> Days(int otherwise)
    {
        var days = new Option<int>("--days") { Description = "how long it's valid", DefaultValueFactory = _ => otherwise };
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 36500)
            {
                result.AddError("--days takes 1 to 36500");
            }
        });
        return days;
    }

    private static int Guard(Action work)
    {
        try
        {
            work();
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Console.Error.WriteLine($"skydive: {e.Message}");
            return 1;
        }
    }
}
