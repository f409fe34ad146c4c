using Agent.Node.Decoding.Applications;
using Shared.Messages.Flows;

namespace Agent.Node.Flows.Applications;

/// <summary>A flow's TLS handshake: what the client offers and the server chooses.</summary>
internal sealed class TlsFacts : ApplicationFacts
{
    private const int MaximumName = 255;
    private const int MaximumProtocols = 8;

    private readonly Tls _tls = new();

    internal override string Name => "TLS";

    internal override void AddTo(Flow flow) => flow.Tls = _tls.Clone();

    internal void Take(in TlsHello hello)
    {
        if (hello.IsClient)
        {
            _tls.ServerName = WireText.Of(hello.ServerName, MaximumName);
            _tls.OfferedVersion = TlsHello.VersionName(hello.Version);
        }
        else
        {
            _tls.Version = TlsHello.VersionName(hello.Version);
        }
        // A server's choice takes the place of the client's offers; a hello that the client repeats doesn't take it back.
        if (hello.ApplicationProtocols.Length == 0 || (hello.IsClient && _tls.Alpn.Count > 0))
        {
            return;
        }

        _tls.Alpn.Clear();
        for (var names = hello.ApplicationProtocols; names.Length > 0 && names.Length > names[0] && _tls.Alpn.Count < MaximumProtocols; names = names[(1 + names[0])..])
        {
            _tls.Alpn.Add(WireText.Of(names.Slice(1, names[0]), MaximumName));
        }
    }
}
