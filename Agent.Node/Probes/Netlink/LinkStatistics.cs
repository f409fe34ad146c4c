using System.Buffers.Binary;

namespace Agent.Node.Probes.Netlink;

/// <summary>struct rtnl_link_stats64: counters since the link was made. A counter the kernel didn't send is 0.</summary>
internal readonly record struct LinkStatistics
{
    public long RxPackets { get; init; }

    public long TxPackets { get; init; }

    public long RxBytes { get; init; }

    public long TxBytes { get; init; }

    public long RxErrors { get; init; }

    public long TxErrors { get; init; }

    public long RxDropped { get; init; }

    public long TxDropped { get; init; }

    public long Multicast { get; init; }

    public long Collisions { get; init; }

    public long RxLengthErrors { get; init; }

    public long RxOverErrors { get; init; }

    public long RxCrcErrors { get; init; }

    public long RxFrameErrors { get; init; }

    public long RxFifoErrors { get; init; }

    public long RxMissedErrors { get; init; }

    public long TxAbortedErrors { get; init; }

    public long TxCarrierErrors { get; init; }

    public long TxFifoErrors { get; init; }

    public long TxHeartbeatErrors { get; init; }

    public long TxWindowErrors { get; init; }

    public long RxCompressed { get; init; }

    public long TxCompressed { get; init; }

    /// <summary>Reads IFLA_STATS64, whose length grew with the kernel's age.</summary>
    public static LinkStatistics Read(ReadOnlySpan<byte> value) => new()
    {
        RxPackets = Counter(value, 0),
        TxPackets = Counter(value, 1),
        RxBytes = Counter(value, 2),
        TxBytes = Counter(value, 3),
        RxErrors = Counter(value, 4),
        TxErrors = Counter(value, 5),
        RxDropped = Counter(value, 6),
        TxDropped = Counter(value, 7),
        Multicast = Counter(value, 8),
        Collisions = Counter(value, 9),
        RxLengthErrors = Counter(value, 10),
        RxOverErrors = Counter(value, 11),
        RxCrcErrors = Counter(value, 12),
        RxFrameErrors = Counter(value, 13),
        RxFifoErrors = Counter(value, 14),
        RxMissedErrors = Counter(value, 15),
        TxAbortedErrors = Counter(value, 16),
        TxCarrierErrors = Counter(value, 17),
        TxFifoErrors = Counter(value, 18),
        TxHeartbeatErrors = Counter(value, 19),
        TxWindowErrors = Counter(value, 20),
        RxCompressed = Counter(value, 21),
        TxCompressed = Counter(value, 22),
    };

    private const int BodyLength = 12; // struct if_stats_msg: family, padding, interface index, filter

    /// <summary>Reads the body of RTM_NEWSTATS, asked for with IFLA_STATS_LINK_64 alone.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out int index, out LinkStatistics statistics)
    {
        (index, statistics) = (0, default);
        if (payload.Length < BodyLength)
        {
            return false;
        }

        index = BinaryPrimitives.ReadInt32LittleEndian(payload[4..]);
        var attributes = new NetlinkAttributes(payload[BodyLength..]);
        while (attributes.TryRead(out var type, out var value))
        {
            if (type == 1)
            {
                statistics = Read(value);
                return index > 0;
            }
        }

        return false;
    }

    /// <summary>How far counters went between two looks.</summary>
    public static LinkStatistics operator -(LinkStatistics later, LinkStatistics earlier) => new()
    {
        RxPackets = later.RxPackets - earlier.RxPackets,
        TxPackets = later.TxPackets - earlier.TxPackets,
        RxBytes = later.RxBytes - earlier.RxBytes,
        TxBytes = later.TxBytes - earlier.TxBytes,
        RxErrors = later.RxErrors - earlier.RxErrors,
        TxErrors = later.TxErrors - earlier.TxErrors,
        RxDropped = later.RxDropped - earlier.RxDropped,
        TxDropped = later.TxDropped - earlier.TxDropped,
        Multicast = later.Multicast - earlier.Multicast,
        Collisions = later.Collisions - earlier.Collisions,
        RxLengthErrors = later.RxLengthErrors - earlier.RxLengthErrors,
        RxOverErrors = later.RxOverErrors - earlier.RxOverErrors,
        RxCrcErrors = later.RxCrcErrors - earlier.RxCrcErrors,
        RxFrameErrors = later.RxFrameErrors - earlier.RxFrameErrors,
        RxFifoErrors = later.RxFifoErrors - earlier.RxFifoErrors,
        RxMissedErrors = later.RxMissedErrors - earlier.RxMissedErrors,
        TxAbortedErrors = later.TxAbortedErrors - earlier.TxAbortedErrors,
        TxCarrierErrors = later.TxCarrierErrors - earlier.TxCarrierErrors,
        TxFifoErrors = later.TxFifoErrors - earlier.TxFifoErrors,
        TxHeartbeatErrors = later.TxHeartbeatErrors - earlier.TxHeartbeatErrors,
        TxWindowErrors = later.TxWindowErrors - earlier.TxWindowErrors,
        RxCompressed = later.RxCompressed - earlier.RxCompressed,
        TxCompressed = later.TxCompressed - earlier.TxCompressed,
    };

    /// <summary>All counters, by Skydive's names.</summary>
    public IEnumerable<(string Name, long Value)> Named() =>
    [
        (nameof(RxPackets), RxPackets),
        (nameof(TxPackets), TxPackets),
        (nameof(RxBytes), RxBytes),
        (nameof(TxBytes), TxBytes),
        (nameof(RxErrors), RxErrors),
        (nameof(TxErrors), TxErrors),
        (nameof(RxDropped), RxDropped),
        (nameof(TxDropped), TxDropped),
        (nameof(Multicast), Multicast),
        (nameof(Collisions), Collisions),
        (nameof(RxLengthErrors), RxLengthErrors),
        (nameof(RxOverErrors), RxOverErrors),
        (nameof(RxCrcErrors), RxCrcErrors),
        (nameof(RxFrameErrors), RxFrameErrors),
        (nameof(RxFifoErrors), RxFifoErrors),
        (nameof(RxMissedErrors), RxMissedErrors),
        (nameof(TxAbortedErrors), TxAbortedErrors),
        (nameof(TxCarrierErrors), TxCarrierErrors),
        (nameof(TxFifoErrors), TxFifoErrors),
        (nameof(TxHeartbeatErrors), TxHeartbeatErrors),
        (nameof(TxWindowErrors), TxWindowErrors),
        (nameof(RxCompressed), RxCompressed),
        (nameof(TxCompressed), TxCompressed),
    ];

    private static long Counter(ReadOnlySpan<byte> value, int index) =>
        value.Length >= 8 * (index + 1) ? BinaryPrimitives.ReadInt64LittleEndian(value[(8 * index)..]) : 0;
}
