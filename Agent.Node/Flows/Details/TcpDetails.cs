using Shared.Messages.Flows;

namespace Agent.Node.Flows.Details;

/// <summary>Both directions of a connection: what a capture's ExtraTCPMetric asks for.</summary>
internal sealed class TcpDetails
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>Before a round trip is known.</summary>
    private const long DefaultReorderWithin = 3 * NanosecondsPerMillisecond;

    private readonly TcpStream _ab = new();
    private readonly TcpStream _ba = new();
    private long _clientSyn;
    private bool _clientIsA;
    private long _handshake;

    /// <summary>Takes a segment; <paramref name="fromA"/> says whose it is.</summary>
    internal void Add(in TcpSegment segment, bool fromA, uint samplingRate)
    {
        NoteHandshake(segment, fromA);
        // Nobody can know of a loss, and send again, in less than a round trip.
        (fromA ? _ab : _ba).Add(segment, _handshake > 0 ? _handshake : DefaultReorderWithin, samplingRate);
    }

    internal TcpMetric ToMessage() => new()
    {
        AbSynStart = Milliseconds(_ab.SynStart),
        BaSynStart = Milliseconds(_ba.SynStart),
        AbSynTtl = _ab.SynTimeToLive,
        BaSynTtl = _ba.SynTimeToLive,
        AbFinStart = Milliseconds(_ab.FinStart),
        BaFinStart = Milliseconds(_ba.FinStart),
        AbRstStart = Milliseconds(_ab.RstStart),
        BaRstStart = Milliseconds(_ba.RstStart),
        AbSegmentOutOfOrder = _ab.OutOfOrder,
        AbSegmentSkipped = _ab.Skipped,
        AbSegmentSkippedBytes = _ab.SkippedBytes,
        AbPackets = _ab.Packets,
        AbBytes = _ab.Bytes,
        AbSawStart = _ab.SawStart ? 1 : 0,
        AbSawEnd = _ab.SawEnd ? 1 : 0,
        AbRetransmitted = _ab.Retransmitted,
        BaSegmentOutOfOrder = _ba.OutOfOrder,
        BaSegmentSkipped = _ba.Skipped,
        BaSegmentSkippedBytes = _ba.SkippedBytes,
        BaPackets = _ba.Packets,
        BaBytes = _ba.Bytes,
        BaSawStart = _ba.SawStart ? 1 : 0,
        BaSawEnd = _ba.SawEnd ? 1 : 0,
        BaRetransmitted = _ba.Retransmitted,
    };

    /// <summary>From the SYN to the ACK of its answer a whole round trip passes, wherever on the way the capture point is.</summary>
    private void NoteHandshake(in TcpSegment segment, bool fromA)
    {
        if (segment.IsSyn && !segment.IsAck)
        {
            _clientSyn = segment.Time;
            _clientIsA = fromA;
            _handshake = 0;
        }
        else if (_handshake == 0 && _clientSyn != 0 && fromA == _clientIsA && segment.IsAck && (fromA ? _ba : _ab).SawStart)
        {
            _handshake = segment.Time - _clientSyn;
        }
    }

    private static long Milliseconds(long nanoseconds) => nanoseconds / NanosecondsPerMillisecond;
}
