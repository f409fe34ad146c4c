using Akka.Configuration;

namespace Akka.Remote;

/// <summary>The section <c>akka.remote</c>.</summary>
internal sealed class RemoteSettings
{
    public RemoteSettings(Config config)
    {
        var remote = config.GetConfig("akka.remote");
        HandshakeTimeout = remote.GetTimeSpan("handshake-timeout");
        FlushWait = remote.GetTimeSpan("flush-wait-on-shutdown");
        LogLifecycleEvents = remote.GetString("log-remote-lifecycle-events") is not ("off" or "false" or "no");
        LogSend = remote.GetBoolean("log-sent-messages");
        LogBufferSizeExceeding = remote.GetString("log-buffer-size-exceeding") is "off" or "false" ? int.MaxValue : remote.GetInt("log-buffer-size-exceeding");
        RetryGateClosedFor = remote.GetTimeSpan("retry-gate-closed-for");
        SystemMessageBufferSize = remote.GetInt("system-message-buffer-size");
        InitialSystemMessageDeliveryTimeout = remote.GetTimeSpan("initial-system-message-delivery-timeout");
        QuarantineAfterSilence = remote.GetTimeSpan("quarantine-after-silence");
        WatchFailureDetector = remote.GetConfig("watch-failure-detector");
        HeartbeatInterval = remote.GetTimeSpan("transport-failure-detector.heartbeat-interval");
        HeartbeatPatience = HeartbeatInterval + remote.GetTimeSpan("transport-failure-detector.acceptable-heartbeat-pause");
        Tcp = new TcpSettings(remote.GetConfig("dot-netty.tcp"));
    }

    public TimeSpan HandshakeTimeout { get; }

    public TimeSpan FlushWait { get; }

    public bool LogLifecycleEvents { get; }

    public bool LogSend { get; }

    public int LogBufferSizeExceeding { get; }

    public TimeSpan RetryGateClosedFor { get; }

    public int SystemMessageBufferSize { get; }

    public TimeSpan InitialSystemMessageDeliveryTimeout { get; }

    public TimeSpan QuarantineAfterSilence { get; }

    public Config WatchFailureDetector { get; }

    public TimeSpan HeartbeatInterval { get; }

    /// <summary>How long a connection may be silent.</summary>
    public TimeSpan HeartbeatPatience { get; }

    public TcpSettings Tcp { get; }
}

/// <summary>The section <c>akka.remote.dot-netty.tcp</c>.</summary>
internal sealed class TcpSettings
{
    /// <summary>Smaller frames couldn't hold a handshake.</summary>
    private const int SmallestFrame = 32_000;

    public TcpSettings(Config config)
    {
        Hostname = Text(config, "hostname");
        PublicHostname = Text(config, "public-hostname");
        Port = Number(config, "port");
        PublicPort = Number(config, "public-port");
        TransportProtocol = config.GetString("transport-protocol", "tcp");
        ConnectTimeout = config.GetTimeSpan("connection-timeout");
        Backlog = config.GetInt("backlog");
        NoDelay = config.GetBoolean("tcp-nodelay");
        KeepAlive = config.GetBoolean("tcp-keepalive");
        UseIpv6 = config.GetBoolean("dns-use-ipv6");
        SendBufferSize = (int)(config.GetByteSize("send-buffer-size") ?? 0);
        ReceiveBufferSize = (int)(config.GetByteSize("receive-buffer-size") ?? 0);
        var frame = config.GetByteSize("maximum-frame-size") ?? 0;
        MaximumFrameSize = frame is >= SmallestFrame and <= int.MaxValue / 2
            ? (int)frame
            : throw new ConfigurationException($"akka.remote.dot-netty.tcp.maximum-frame-size is {frame} bytes, and has to be between {SmallestFrame} and {int.MaxValue / 2}.");
    }

    /// <summary>What to listen on; empty for every interface.</summary>
    public string Hostname { get; }

    /// <summary>The host that others are told; empty for the one listened on.</summary>
    public string PublicHostname { get; }

    public int Port { get; }

    /// <summary>The port that others are told; 0 for the one listened on.</summary>
    public int PublicPort { get; }

    public string TransportProtocol { get; }

    public TimeSpan ConnectTimeout { get; }

    public int Backlog { get; }

    public bool NoDelay { get; }

    public bool KeepAlive { get; }

    public bool UseIpv6 { get; }

    public int SendBufferSize { get; }

    public int ReceiveBufferSize { get; }

    public int MaximumFrameSize { get; }

    private static string Text(Config config, string key) => config.GetString(key, "")?.Trim() ?? "";

    private static int Number(Config config, string key) => config.GetInt(key) is >= 0 and <= ushort.MaxValue and var port
        ? port
        : throw new ConfigurationException($"akka.remote.dot-netty.tcp.{key} is {config.GetInt(key)}, and has to be between 0 and {ushort.MaxValue}.");
}
