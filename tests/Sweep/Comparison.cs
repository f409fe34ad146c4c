namespace Sweep;

/// <summary>In what a capture is another to us than to Wireshark.</summary>
internal enum Cause
{
    Crashed,
    PacketsDiffer,
    BytesDiffer,
    NotRead,
    OnlyOurs,
    OnlyWiresharks,
}

/// <summary>One capture read both ways.</summary>
internal sealed class Comparison
{
    private const int Examples = 3;

    private readonly string _file;
    private readonly List<(Cause Cause, string File, string What)> _differences = [];

    private Comparison(string file) => _file = file;

    internal IReadOnlyList<(Cause Cause, string File, string What)> Differences => _differences;

    internal bool IsRead { get; private set; }

    internal long Packets { get; private set; }

    internal int Tuples { get; private set; }

    internal static string NameOf(Cause cause) => cause switch
    {
        Cause.Crashed => "crashed",
        Cause.PacketsDiffer => "packets differ",
        Cause.BytesDiffer => "bytes differ",
        Cause.NotRead => "not read, or not to the end",
        Cause.OnlyOurs => "five-tuples only we see",
        _ => "five-tuples only tshark sees",
    };

    internal static Comparison Of(string file)
    {
        var comparison = new Comparison(file);
        try
        {
            comparison.Compare();
        }
        catch (Exception e)
        {
            // Whatever it is, it's what this is run for.
            comparison.Add(Cause.Crashed, e.ToString());
        }
        return comparison;
    }

    private void Compare()
    {
        var ours = CaptureSample.Read(_file);
        (IsRead, Packets, Tuples) = (ours.Error is null, ours.Packets, ours.Tuples.Count);
        var theirs = Wireshark.Read(_file);
        if (ours.Error is { } error)
        {
            Add(Cause.NotRead, $"{error}{(theirs is null or { Error: not null } ? "; nor does Wireshark" : "")}");
        }

        if (theirs is null)
        {
            return;
        }
        // Of what isn't read to the end by us only the packets before are of interest.
        if (ours.Error is null || theirs.Error is not null)
        {
            if (ours.Packets != theirs.Packets)
            {
                Add(Cause.PacketsDiffer, $"{ours.Packets}, to Wireshark {theirs.Packets}");
            }
            else if (ours.Bytes != theirs.Bytes)
            {
                Add(Cause.BytesDiffer, $"{ours.Bytes}, to Wireshark {theirs.Bytes}");
            }

            Add(Cause.OnlyOurs, ours.Tuples.Except(theirs.Tuples));
            Add(Cause.OnlyWiresharks, theirs.Tuples.Except(ours.Tuples));
        }
    }

    private void Add(Cause cause, IEnumerable<string> tuples)
    {
        var all = tuples.Order(StringComparer.Ordinal).ToList();
        if (all.Count > 0)
        {
            Add(cause, $"{all.Count} of {Tuples}: {string.Join(", ", all.Take(Examples))}{(all.Count > Examples ? ", …" : "")}");
        }
    }

    private void Add(Cause cause, string what) => _differences.Add((cause, _file, what));
}
