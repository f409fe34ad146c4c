using Agent.Node.Decoding.Applications;
using Shared.Messages.Flows;

namespace Agent.Node.Flows.Applications;

/// <summary>A QUIC connection's handshake: what the client offers. What the server chooses is under keys of their own.</summary>
internal sealed class QuicFacts : ApplicationFacts
{
    private readonly TlsFacts _tls = new();

    internal override string Name => "QUIC";

    internal override void AddTo(Flow flow) => _tls.AddTo(flow);

    internal void Take(in TlsHello hello) => _tls.Take(hello);
}
