using Akka.Event;

namespace Agent.Node.Capture;

/// <summary>Tunnel -> what it's inside of, up to the capture: what was lost in it since it was told last.</summary>
/// <param name="PacketsDropped">Packets of tunnels in it, whose actors were busy or too many.</param>
/// <param name="FragmentErrors">Packets that couldn't be put together from their fragments.</param>
/// <param name="RawPacketsRefused">Packets that weren't kept raw for want of room.</param>
/// <param name="DecodeErrors">Packets that couldn't be read to their last layer.</param>
internal sealed record TunnelLosses(long PacketsDropped, long FragmentErrors, long RawPacketsRefused, long DecodeErrors) : IDeadLetterSuppression
{
    internal static TunnelLosses None { get; } = new(0, 0, 0, 0);

    public static TunnelLosses operator +(TunnelLosses one, TunnelLosses other) =>
        new(one.PacketsDropped + other.PacketsDropped, one.FragmentErrors + other.FragmentErrors, one.RawPacketsRefused + other.RawPacketsRefused, one.DecodeErrors + other.DecodeErrors);

    public static TunnelLosses operator -(TunnelLosses now, TunnelLosses before) =>
        new(now.PacketsDropped - before.PacketsDropped, now.FragmentErrors - before.FragmentErrors, now.RawPacketsRefused - before.RawPacketsRefused, now.DecodeErrors - before.DecodeErrors);
}
