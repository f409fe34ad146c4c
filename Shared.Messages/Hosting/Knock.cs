using System.Globalization;
using System.Net.Sockets;

namespace Shared.Messages.Hosting;

/// <summary>Looks whether something listens on an endpoint: a connection made and closed, no more.</summary>
internal static class Knock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Whether something listens there.</summary>
    /// <param name="endpoint">"host:port", an IPv6 address in brackets.</param>
    /// <param name="stop">Ends the wait.</param>
    public static async Task<bool> ListensAsync(string endpoint, CancellationToken stop)
    {
        var (host, port) = Split(endpoint);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(host, port, patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>The two parts of "host:port".</summary>
    private static (string Host, int Port) Split(string endpoint)
    {
        var colon = endpoint.LastIndexOf(':');
        return (endpoint[..colon].Trim('[', ']'), int.Parse(endpoint.AsSpan(colon + 1), CultureInfo.InvariantCulture));
    }
}
