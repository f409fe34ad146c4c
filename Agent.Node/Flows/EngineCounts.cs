namespace Agent.Node.Flows;

/// <summary>What happened to packets and flows of an engine besides being counted, since its start: what makes a figure less than whole.</summary>
internal readonly record struct EngineCounts
{
    /// <summary>Packets that couldn't be read to their last layer: cut short, or with a header that can't be.</summary>
    public long DecodeErrors { get; init; }

    /// <summary>Frames of a link's own, that carry nothing: a wireless network's management and control.</summary>
    public long LinkFrames { get; init; }

    /// <summary>Wireless frames whose stations are all that can be read.</summary>
    public long EncryptedFrames { get; init; }

    /// <summary>Packets that couldn't be put together from their fragments: overlapping, too late, or too many at once.</summary>
    public long FragmentErrors { get; init; }

    /// <summary>Packets that weren't kept raw for want of room.</summary>
    public long RawPacketsRefused { get; init; }

    /// <summary>Packets that came a second time, where these are left out.</summary>
    public long Duplicates { get; init; }

    /// <summary>Packets of which a duplicate would not have been known: there were too many to remember.</summary>
    public long DuplicatesUnknown { get; init; }

    /// <summary>Beginnings of TCP streams that weren't put in order for want of room.</summary>
    public long StreamsRefused { get; init; }

    /// <summary>Flows that had to leave, unfinished, to make room.</summary>
    public long FlowsEvicted { get; init; }

    /// <summary>Each count with its name.</summary>
    public IEnumerable<(string Name, long Count)> Named() =>
    [
        (nameof(DecodeErrors), DecodeErrors),
        (nameof(LinkFrames), LinkFrames),
        (nameof(EncryptedFrames), EncryptedFrames),
        (nameof(FragmentErrors), FragmentErrors),
        (nameof(RawPacketsRefused), RawPacketsRefused),
        (nameof(Duplicates), Duplicates),
        (nameof(DuplicatesUnknown), DuplicatesUnknown),
        (nameof(StreamsRefused), StreamsRefused),
        (nameof(FlowsEvicted), FlowsEvicted),
    ];

    /// <summary>Of both.</summary>
    public static EngineCounts operator +(EngineCounts one, EngineCounts other) => Plus(one, other, 1);

    /// <summary>Since the others.</summary>
    public static EngineCounts operator -(EngineCounts now, EngineCounts before) => Plus(now, before, -1);

    private static EngineCounts Plus(in EngineCounts one, in EngineCounts other, int times) => new()
    {
        DecodeErrors = one.DecodeErrors + (times * other.DecodeErrors),
        LinkFrames = one.LinkFrames + (times * other.LinkFrames),
        EncryptedFrames = one.EncryptedFrames + (times * other.EncryptedFrames),
        FragmentErrors = one.FragmentErrors + (times * other.FragmentErrors),
        RawPacketsRefused = one.RawPacketsRefused + (times * other.RawPacketsRefused),
        Duplicates = one.Duplicates + (times * other.Duplicates),
        DuplicatesUnknown = one.DuplicatesUnknown + (times * other.DuplicatesUnknown),
        StreamsRefused = one.StreamsRefused + (times * other.StreamsRefused),
        FlowsEvicted = one.FlowsEvicted + (times * other.FlowsEvicted),
    };
}
