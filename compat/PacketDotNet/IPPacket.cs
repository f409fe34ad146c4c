using System.Net;
using System.Net.Sockets;

namespace PacketDotNet;

public abstract class IPPacket : InternetPacket
{
    internal const int DefaultHops = 64;

    internal IPPacket(byte[] header) : base(header)
    {
    }

    public abstract IPVersion Version { get; set; }

    public abstract IPAddress SourceAddress { get; set; }

    public abstract IPAddress DestinationAddress { get; set; }

    public abstract ProtocolType Protocol { get; set; }

    public abstract int TimeToLive { get; set; }

    public virtual int HopLimit
    {
        get => TimeToLive;
        set => TimeToLive = value;
    }

    public abstract ushort PayloadLength { get; set; }

    public abstract int TotalLength { get; set; }

    /// <summary>The sum over the pseudo header a transport's checksum starts with: RFC 9293, 3.1 and RFC 8200, 8.1.</summary>
    internal abstract uint PseudoHeaderSum(int transportLength);

    internal void WriteAddress(IPAddress address, AddressFamily family, int offset)
    {
        if (address.AddressFamily != family)
            throw new ArgumentException($"{address} is not an address of this packet's IP version.", nameof(address));
        if (!address.TryWriteBytes(HeaderBytes.AsSpan(offset), out _))
            throw new ArgumentException($"{address} doesn't fit the header.", nameof(address));
    }
}
