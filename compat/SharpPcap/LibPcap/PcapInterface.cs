namespace SharpPcap.LibPcap;

public class PcapInterface
{
    private PcapInterface(string name, string? description, uint flags)
    {
        Name = name;
        Description = description ?? "";
        Flags = flags;
    }

    public string Name { get; }

    public string Description { get; }

    public uint Flags { get; }

    /// <summary>The interfaces of the network namespace the calling thread is in.</summary>
    public static unsafe IReadOnlyList<PcapInterface> GetAllPcapInterfaces()
    {
        var error = stackalloc byte[Native.ErrorBufferSize];
        Native.Interface* first;
        if (Native.pcap_findalldevs(&first, error) != 0)
            throw new PcapException(Native.Text(error) ?? "pcap_findalldevs failed");
        try
        {
            var found = new List<PcapInterface>();
            for (var device = first; device != null; device = device->Next)
                found.Add(new PcapInterface(Native.Text(device->Name)!, Native.Text(device->Description), device->Flags));
            return found;
        }
        finally
        {
            if (first != null)
                Native.pcap_freealldevs(first);
        }
    }

    public override string ToString() => Name;
}
