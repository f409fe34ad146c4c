using Agent.Node.Decoding.Applications;
using Shared.Messages.Flows;

namespace Agent.Node.Flows.Applications;

/// <summary>The first HTTP/1 request of a flow, and the status of the first final response.</summary>
internal sealed class HttpFacts : ApplicationFacts
{
    private const int MaximumHost = 255;
    private const int MaximumPath = 200;
    private const int SwitchingProtocols = 101;
    private const int FirstFinal = 200;

    private readonly Http _http = new();

    internal override string Name => "HTTP";

    internal override void AddTo(Flow flow) => flow.Http = _http.Clone();

    internal void Take(in HttpRequest request)
    {
        _http.Method = WireText.Of(request.Method, MaximumHost);
        _http.Host = WireText.Of(request.Host, MaximumHost);
        _http.Path = WireText.Of(request.Path, MaximumPath, request.IsPathWhole || request.Path.IsEmpty);
    }

    /// <summary>False for an interim response (RFC 9110, 15.2), after which the final one follows.</summary>
    internal bool Take(int status)
    {
        if (status is < FirstFinal and not SwitchingProtocols)
        {
            return false;
        }

        _http.Status = (uint)status;
        return true;
    }
}
