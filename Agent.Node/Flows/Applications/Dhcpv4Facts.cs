using Agent.Node.Decoding.Applications;
using Shared.Messages.Flows;

namespace Agent.Node.Flows.Applications;

/// <summary>A flow's DHCP messages: what the last one says, and what earlier ones said that it leaves out.</summary>
internal sealed class Dhcpv4Facts : ApplicationFacts
{
    private const int MaximumHostName = 255;

    private byte _type;
    private ulong _hardwareAddress;
    private uint _clientAddress;
    private uint _yourAddress;
    private uint _requestedAddress;
    private uint _server;
    private uint _leaseTime;
    private uint _transactionId;
    private ushort _seconds;
    private ushort _flags;
    private byte[] _hostName = [];

    internal override string Name => "DHCPv4";

    internal override bool IsLayer => true;

    internal override void AddTo(Flow flow) => flow.Dhcpv4 = new Dhcpv4
    {
        MessageType = Dhcpv4Message.TypeName(_type) ?? "",
        ClientMac = FlowForms.Mac(_hardwareAddress),
        ClientIp = Address(_clientAddress),
        AssignedIp = Address(_yourAddress),
        RequestedIp = Address(_requestedAddress),
        ServerIp = Address(_server),
        HostName = WireText.Of(_hostName, MaximumHostName),
        LeaseTime = _leaseTime,
        Xid = _transactionId,
        Secs = _seconds,
        Flags = _flags,
    };

    internal void Take(in Dhcpv4Message message)
    {
        _type = message.Type;
        _hardwareAddress = message.HardwareAddress;
        _transactionId = message.TransactionId;
        _seconds = message.Seconds;
        _flags = message.Flags;
        _clientAddress = Newer(message.ClientAddress, _clientAddress);
        _yourAddress = Newer(message.YourAddress, _yourAddress);
        _requestedAddress = Newer(message.RequestedAddress, _requestedAddress);
        _server = Newer(message.Server, _server);
        _leaseTime = Newer(message.LeaseTime, _leaseTime);
        if (message.HostName.Length > 0 && !message.HostName.SequenceEqual(_hostName))
        {
            _hostName = message.HostName.ToArray();
        }
    }

    private static uint Newer(uint now, uint before) => now != 0 ? now : before;

    private static string Address(uint address) => address == 0 ? "" : FlowForms.Address(isIPv6: false, 0, address);
}
