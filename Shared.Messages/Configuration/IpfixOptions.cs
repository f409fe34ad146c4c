using System.Globalization;

namespace Shared.Messages.Configuration;

/// <summary>Who takes IPFIX messages.</summary>
/// <param name="IsTcp">By TCP, else by UDP.</param>
/// <param name="Host">Name or address.</param>
/// <param name="Port">Its port.</param>
internal sealed record IpfixTargetOptions(bool IsTcp, string Host, int Port)
{
    private const string Wanted = "should be \"udp://host:port\" or \"tcp://host:port\", IPv6 addresses in brackets";

    /// <summary>Reads a target as it's written.</summary>
    /// <exception cref="SkydiveConfigException">It can't be.</exception>
    public static IpfixTargetOptions Read(string path, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "udp" or "tcp", Port: > 0, Host.Length: > 0, UserInfo.Length: 0, AbsolutePath: "" or "/", Query.Length: 0, Fragment.Length: 0 }
            ? new IpfixTargetOptions(uri.Scheme == "tcp", uri.IdnHost, uri.Port)
            : throw new SkydiveConfigException(path, text, Wanted);

    /// <summary>As it's written.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(IsTcp ? "tcp" : "udp")}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}

/// <summary>Section <c>skydive.analyzer.export.ipfix</c>.</summary>
internal sealed record IpfixOptions
{
    /// <summary>Who takes the messages; never empty.</summary>
    public required IReadOnlyList<IpfixTargetOptions> Targets { get; init; }

    /// <summary>One record a flow, at its end; else one for each update.</summary>
    public bool EndedOnly { get; init; }

    /// <summary>Of all messages.</summary>
    public uint ObservationDomain { get; init; }

    /// <summary>How often UDP's receivers are told the templates again.</summary>
    public TimeSpan TemplateRefresh { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes of a datagram's message at most.</summary>
    public int MessageSize { get; init; } = 1400;

    /// <summary>Datagrams a second for each target at most.</summary>
    public int DatagramRate { get; init; } = 20_000;

    /// <summary>Bytes that wait for each target at most.</summary>
    public int Queue { get; init; } = 16 << 20;

    /// <summary>Reads the section; null: there are no targets.</summary>
    /// <exception cref="SkydiveConfigException">A value can't be used.</exception>
    internal static IpfixOptions? Read(SectionReader section)
    {
        var texts = section.Texts("targets");
        var targets = texts.Select((text, i) => IpfixTargetOptions.Read($"{section.PathOf("targets")}[{i}]", text)).ToList();
        for (var i = 0; i < targets.Count; i++)
        {
            if (targets.IndexOf(targets[i]) < i)
            {
                throw new SkydiveConfigException($"{section.PathOf("targets")}[{i}]", texts[i], "is there twice");
            }
        }

        var options = new IpfixOptions
        {
            Targets = targets,
            EndedOnly = section.OneOf("which", "updates", "ended") == "ended",
            ObservationDomain = (uint)section.Number("observation-domain", 0, int.MaxValue),
            TemplateRefresh = section.Duration("template-refresh", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            MessageSize = (int)section.Size("message-size", 1024, 65_000),
            DatagramRate = (int)section.Number("datagram-rate", 10, 1_000_000),
            Queue = (int)section.Size("queue", 64 << 10, 1 << 30),
        };
        return targets.Count == 0 ? null : options;
    }
}
