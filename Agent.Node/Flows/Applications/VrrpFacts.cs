using System.Net;
using Agent.Node.Decoding.Applications;
using Shared.Messages.Flows;

namespace Agent.Node.Flows.Applications;

/// <summary>A flow's VRRP advertisements: the last one.</summary>
internal sealed class VrrpFacts : ApplicationFacts
{
    private const int MaximumAddresses = 16;

    private readonly Vrrp _vrrp = new();
    private byte[] _addresses = [];

    internal override string Name => "VRRP";

    internal override bool IsLayer => true;

    internal override void AddTo(Flow flow) => flow.Vrrp = _vrrp.Clone();

    internal void Take(in VrrpAdvertisement advertisement)
    {
        _vrrp.Version = advertisement.Version;
        _vrrp.VirtualRtrId = advertisement.VirtualRouter;
        _vrrp.Priority = advertisement.Priority;
        _vrrp.AdverInt = advertisement.Interval;
        _vrrp.CountIpAddr = advertisement.AddressCount;
        var length = advertisement.AddressLength;
        var addresses = advertisement.Addresses[..Math.Min(advertisement.Addresses.Length, MaximumAddresses * length)];
        if (addresses.SequenceEqual(_addresses))
        {
            return;
        }

        _addresses = addresses.ToArray();
        _vrrp.IpAddresses.Clear();
        for (; addresses.Length > 0; addresses = addresses[length..])
        {
            _vrrp.IpAddresses.Add(new IPAddress(addresses[..length]).ToString());
        }
    }
}
