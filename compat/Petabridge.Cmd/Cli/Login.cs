using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Petabridge.Cmd.Cli;

/// <summary>Says who one is, to a console that asks: by the environment, which others on the machine don't see.</summary>
internal static class Login
{
    private const string NameVariable = "SKYDIVE_USER";
    private const string PasswordVariable = "SKYDIVE_PASSWORD";

    /// <summary>PEM file of the authority whose certificate the console shows.</summary>
    private const string AuthorityVariable = "SKYDIVE_AUTHORITY";

    /// <summary>The stream to talk to a host by: encrypted where an authority is named, and with the login said where there's a name.</summary>
    public static async Task<Stream> OpenAsync(TcpClient client, string host, CancellationToken cancel)
    {
        Stream stream = client.GetStream();
        if (Environment.GetEnvironmentVariable(AuthorityVariable) is { Length: > 0 } authority)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(authority);
            var tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = policy }, cancel);
            stream = tls;
        }

        if (Environment.GetEnvironmentVariable(NameVariable) is { Length: > 0 } name && !IsLoopback(client))
        {
            var line = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["User"] = name, ["Password"] = Environment.GetEnvironmentVariable(PasswordVariable) ?? "" });
            await stream.WriteAsync((byte[])[.. line, (byte)'\n'], cancel);
        }

        return stream;
    }

    // There nobody is asked.
    private static bool IsLoopback(TcpClient client) => client.Client.RemoteEndPoint is System.Net.IPEndPoint end && System.Net.IPAddress.IsLoopback(end.Address);
}
