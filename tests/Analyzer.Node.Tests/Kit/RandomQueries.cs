using System.Globalization;

namespace Analyzer.Node.Tests.Kit;

/// <summary>Queries on flows by a grammar: conditions, orders, slices, and what follows.</summary>
internal sealed class RandomQueries(Random random)
{
    private static readonly string[] Texts = ["LayersPath", "Application", "NodeTID", "CaptureID", "Host", "Network.Protocol", "Transport.Protocol", "Link.Protocol", "ICMP.Type", "FinishType", "DNS.ResponseCode", "TLS.ServerName", "TLS.ALPN"];
    private static readonly string[] Numbers =
    [
        "Metric.ABPackets", "Metric.ABBytes", "Metric.BABytes", "Metric.Start", "LastUpdateMetric.ABPackets", "LastUpdateMetric.Start", "LastUpdateMetric.Last", "Start", "Last", "RTT", "RawPacketsCaptured", "SamplingRate",
        "Transport.A", "Transport.B", "Transport.ID", "Link.ID", "Network.ID", "ICMP.Code", "ICMP.ID", "TCPMetric.ABSynStart", "DNS.ID",
    ];

    private static readonly string[] Ids = ["UUID", "ParentUUID", "TrackingID", "L3TrackingID"];
    private static readonly string[] Ends = ["Network", "Network.A", "Network.B", "Link", "Link.A", "Link.B", "Transport"];
    private static readonly string[] Layers = ["Metric", "LastUpdateMetric", "ICMP", "DNS", "TCPMetric", "Network", "Link", "Transport", "ICMPErrors", "Tunnel", "UUID"];

    public string Next(string start)
    {
        var steps = new List<string> { start };
        for (var left = random.Next(4); left > 0; left--)
        {
            steps.Add(Condition());
        }

        if (random.Next(3) == 0)
        {
            steps.Add(Sort());
        }

        if (random.Next(4) == 0)
        {
            steps.Add(Condition());
        }

        if (random.Next(6) == 0)
        {
            steps.Add(Sort());
        }

        if (random.Next(6) == 0)
        {
            steps.Add(Dedup());
        }

        if (random.Next(3) == 0)
        {
            steps.Add(random.Next(3) == 0 ? $"Range({random.Next(4)}, {random.Next(12)})" : $"Limit({random.Next(12)})");
        }

        steps.Add(End());
        return string.Join('.', steps.Where(step => step.Length > 0));
    }

    private string Sort() => random.Next(4) switch
    {
        0 => "Sort()",
        1 => $"Sort('{Key()}')",
        2 => $"Sort(ASC, '{Key()}')",
        _ => $"Sort(DESC, '{Key()}')",
    };

    private string Dedup() => random.Next(4) switch
    {
        0 => "Dedup()",
        1 => $"Dedup('{Key()}', '{Key()}')",
        _ => $"Dedup('{Key()}')",
    };

    private string Group()
    {
        var group = random.Next(4) == 0 ? "Group()" : $"Group('{Key()}')";
        var moreThan = random.Next(3) switch { 0 => ".MoreThan()", 1 => $".MoreThan({random.Next(8)})", _ => "" };
        return group + moreThan + random.Next(4) switch { 0 => ".Count()", 1 => $".Sum('{Pick(Numbers)}')", 2 => ".Count().Count()", _ => "" };
    }

    private string End() => random.Next(19) switch
    {
        0 or 1 => "Count()",
        2 => $"Sum('{Pick(Numbers)}')",
        3 => $"Values('{Key()}')",
        4 => $"Values('{Key()}').Limit({random.Next(6)})",
        5 => $"Values('{Key()}').Dedup()",
        6 => $"Values('{Pick(Numbers)}').Sum()",
        7 => "Keys()",
        8 => $"Dedup('{Key()}').Count()",
        9 => "RawPackets()",
        10 => random.Next(2) == 0 ? "Metrics().Sum()" : "CaptureNode()",
        11 or 12 or 13 => Group(),
        14 => $"{Dedup()}{(random.Next(2) == 0 ? "" : $".{Sort()}")}",
        15 => random.Next(3) switch { 0 => "Metrics()", 1 => "Metrics().Count()", _ => $"Metrics().Sum('{Pick(["ABBytes", "RTT", "Start", "Nothing"])}')" },
        16 => $"Values('{Key()}').Dedup().Count()",
        17 => random.Next(3) switch { 0 => "Metrics().Aggregates(1)", 1 => "Metrics().Keys()", _ => "Sockets()" },
        _ => "",
    };

    private string Condition() => random.Next(11) switch
    {
        10 => random.Next(2) == 0 ? $"Since('{DateTimeOffset.FromUnixTimeMilliseconds(random.Next(2_000)):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}')" : $"Has('{Key()}', {random.Next(3)})",
        0 => $"HasKey('{(random.Next(2) == 0 ? Key() : Pick(Layers))}')",
        1 => $"HasNot('{(random.Next(2) == 0 ? Key() : Pick(Layers))}')",
        2 => $"HasEither({Pair()}, {Pair()})",
        3 => $"Has({Pair()}, {Pair()})",
        _ => $"Has({Pair()})",
    };

    private string Pair()
    {
        switch (random.Next(4))
        {
            case 0:
                return $"'{Pick(Texts)}', {Predicate(Text)}";
            case 1:
                return $"'{Pick(Numbers)}', {NumberPredicate()}";
            case 2:
                return $"'{Pick(Ids)}', {Predicate(() => Quoted(RandomFlows.Id((ulong)random.Next(12))))}";
            default:
                var key = Pick(Ends);
                return random.Next(6) == 0 ? $"'{key}', IPV4Range('10.0.0.0/31')" : $"'{key}', {Predicate(End)}";
                string End() => key == "Transport" ? Number() : Quoted(key.StartsWith('N') ? (random.Next(2) == 0 ? RandomFlows.Address(random.Next(4)) : RandomFlows.Address6(random.Next(3))) : RandomFlows.Mac(random.Next(3)));
        }
    }

    private string Predicate(Func<string> value) => random.Next(8) switch
    {
        0 => $"Ne({value()})",
        1 => $"Nee({value()})",
        2 => $"Within({value()}, {value()}, 3)",
        3 => $"Without({value()}, {value()})",
        4 => "Regex('.*[0-4A-M].*')",
        5 => "Regex('')",
        _ => value(),
    };

    private string NumberPredicate() => random.Next(10) switch
    {
        0 => $"Lt({Number()})",
        1 => $"Lte({Number()})",
        2 => $"Gt({Number()})",
        3 => $"Gte({Number()})",
        4 => $"Inside({Number()}, {Number()})",
        5 => $"Between({Number()}, {Number()})",
        6 => $"Outside({Number()}, {Number()})",
        7 => $"Ne({Number()})",
        8 => $"Within({Number()}, 1.0, {Number()})",
        _ => Number(),
    };

    private string Number() => random.Next(5) switch
    {
        0 => "1.5",
        1 => (1_700_000_000_000 + random.Next(50)).ToString(CultureInfo.InvariantCulture),
        2 => (80 + random.Next(2)).ToString(CultureInfo.InvariantCulture),
        _ => random.Next(5).ToString(CultureInfo.InvariantCulture),
    };

    private string Text() => Quoted(Pick(["TCP", "DNS", "HTTP", "", "Ethernet/IPv4/TCP", "tid-1", "tid-2", "capture", "host-1", "IPV4", "ECHO", "TIMEOUT", "NOERROR", "server1", "h2"]));

    private string Key() => random.Next(6) switch
    {
        0 => Pick(Texts),
        1 => Pick(Ids),
        2 => Pick(["Network.A", "Network.B", "Link.A", "Link.B", "DNS.Questions", "DNS.AA"]),
        _ => Pick(Numbers),
    };

    private string Pick(string[] texts) => texts[random.Next(texts.Length)];

    private static string Quoted(string text) => $"'{text}'";
}
