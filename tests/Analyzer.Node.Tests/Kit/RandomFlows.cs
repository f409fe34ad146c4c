using Shared.Messages.Flows;

namespace Analyzer.Node.Tests.Kit;

/// <summary>Flows of all kinds, many of them alike in something.</summary>
internal sealed class RandomFlows(Random random)
{
    private static readonly string[] Paths = ["Ethernet/IPv4/TCP", "Ethernet/IPv4/UDP/DNS", "IPv6/TCP", "Ethernet/ARP", "Ethernet/IPv4/ICMPv4", ""];
    private static readonly string[] Applications = ["TCP", "DNS", "HTTP", "TLS", ""];

    public static readonly string[] Nodes = ["tid-1", "tid-2", "tid-3", ""];

    public static string Address(int number) => $"10.0.0.{number}";

    public static string Address6(int number) => $"2001:db8::{number + 1:x}";

    public static string Mac(int number) => $"02:00:00:00:00:{number:x2}";

    public static string Id(ulong id) => FlowForms.Id(id);

    public Flow Next()
    {
        var start = 1_700_000_000_000 + random.Next(50);
        var flow = new Flow
        {
            Uuid = Id((ulong)random.NextInt64(1, long.MaxValue)),
            ParentUuid = Id((ulong)random.Next(4)),
            TrackingId = Id((ulong)random.Next(12)),
            L3TrackingId = Id((ulong)random.Next(1, 30)),
            LayersPath = Pick(Paths),
            Application = Pick(Applications),
            NodeTid = Pick(Nodes),
            CaptureId = random.Next(2) == 0 ? "capture" : "",
            Host = random.Next(2) == 0 ? "host-1" : "höst \"2\"",
            Start = start,
            Last = start + random.Next(40),
            RttNs = random.Next(3),
            RawPacketsCaptured = random.Next(3),
            SamplingRate = (uint)random.Next(3),
            FinishType = (FinishType)random.Next(4),
            Metric = new FlowMetric { AbPackets = 1 + random.Next(5), AbBytes = random.Next(8) == 0 ? long.MaxValue - 1 : random.Next(2000), BaPackets = random.Next(3), BaBytes = random.Next(2000) },
        };
        flow.Metric.Start = flow.Start;
        flow.Metric.Last = flow.Last;
        AddLayers(flow);
        AddDetails(flow);
        return flow;
    }

    /// <summary>The flow a while later.</summary>
    public Flow Later(Flow flow)
    {
        var later = flow.Clone();
        later.Last += 1 + random.Next(100);
        later.Metric.AbPackets += 1 + random.Next(4);
        later.Metric.BaBytes += random.Next(500);
        later.FinishType = flow.FinishType;
        return later;
    }

    private void AddLayers(Flow flow)
    {
        if (random.Next(4) > 0)
        {
            flow.Link = new FlowLayer { Protocol = "ETHERNET", A = Mac(random.Next(3)), B = Mac(random.Next(3)), Id = random.Next(2) };
        }

        switch (random.Next(4))
        {
            case 0:
                flow.Network = new FlowLayer { Protocol = "IPV6", A = Address6(random.Next(3)), B = Address6(random.Next(3)), Id = random.Next(2) };
                break;
            case > 1:
                flow.Network = new FlowLayer { Protocol = "IPV4", A = Address(random.Next(4)), B = Address(random.Next(4)), Id = random.Next(2) };
                break;
        }

        if (random.Next(2) == 0)
        {
            flow.Transport = new TransportLayer { Protocol = random.Next(2) == 0 ? "TCP" : "UDP", A = random.Next(3), B = 80 + random.Next(2) };
        }
        else if (random.Next(2) == 0)
        {
            flow.Icmp = new IcmpLayer { Type = random.Next(2) == 0 ? "ECHO" : "REDIRECT", Code = (uint)random.Next(2), Id = (uint)random.Next(3) };
        }
    }

    private void AddDetails(Flow flow)
    {
        switch (random.Next(6))
        {
            case 0:
                flow.Dns = new Dns { Id = (uint)random.Next(3), Aa = random.Next(2) == 0, ResponseCode = "NOERROR", Questions = { new DnsQuestion { Name = $"name{random.Next(3)}", Type = "A" } }, Queries = random.Next(3) };
                break;
            case 1:
                flow.TcpMetric = new TcpMetric { AbSynStart = random.Next(3), BaRetransmitted = random.Next(3) };
                flow.Tls = new Tls { ServerName = $"server{random.Next(2)}", Alpn = { "h2", "http/1.1" } };
                break;
            case 2 when flow.Icmp is not null:
                flow.Icmp.About.Add(Id((ulong)random.Next(1, 4)));
                flow.IcmpErrors.Add(new IcmpError { Type = "ECHO", From = Address(1), Count = random.Next(3) });
                break;
        }
    }

    private string Pick(string[] texts) => texts[random.Next(texts.Length)];
}
