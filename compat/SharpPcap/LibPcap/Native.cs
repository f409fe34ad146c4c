using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace SharpPcap.LibPcap;

/// <summary>libpcap's functions (pcap(3PCAP)) and the layout of its structs on 64-bit Linux.</summary>
internal static unsafe partial class Native
{
    internal const int ErrorBufferSize = 256;
    internal const int MaxPacketSize = 262144;
    private const string Library = "libpcap.so.0.8";

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint pcap_create(string source, byte* errbuf);

    [LibraryImport(Library)]
    internal static partial int pcap_set_snaplen(PcapHandle p, int value);

    [LibraryImport(Library)]
    internal static partial int pcap_set_promisc(PcapHandle p, int value);

    [LibraryImport(Library)]
    internal static partial int pcap_set_timeout(PcapHandle p, int milliseconds);

    [LibraryImport(Library)]
    internal static partial int pcap_set_buffer_size(PcapHandle p, int bytes);

    [LibraryImport(Library)]
    internal static partial int pcap_set_immediate_mode(PcapHandle p, int value);

    [LibraryImport(Library)]
    internal static partial int pcap_set_tstamp_precision(PcapHandle p, int value);

    [LibraryImport(Library)]
    internal static partial int pcap_get_tstamp_precision(PcapHandle p);

    [LibraryImport(Library)]
    internal static partial int pcap_activate(PcapHandle p);

    [LibraryImport(Library)]
    internal static partial int pcap_datalink(PcapHandle p);

    [LibraryImport(Library)]
    internal static partial int pcap_get_selectable_fd(PcapHandle p);

    [LibraryImport(Library)]
    internal static partial int pcap_setnonblock(PcapHandle p, int value, byte* errbuf);

    [LibraryImport(Library)]
    internal static partial int pcap_getnonblock(PcapHandle p, byte* errbuf);

    [LibraryImport(Library)]
    internal static partial int pcap_next_ex(PcapHandle p, nint* header, nint* data);

    [LibraryImport(Library)]
    internal static partial int pcap_sendpacket(PcapHandle p, byte* data, int size);

    [LibraryImport(Library)]
    internal static partial int pcap_stats(PcapHandle p, Stat* stat);

    [LibraryImport(Library)]
    internal static partial byte* pcap_geterr(PcapHandle p);

    [LibraryImport(Library)]
    internal static partial byte* pcap_statustostr(int error);

    [LibraryImport(Library)]
    internal static partial void pcap_close(nint p);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int pcap_compile(PcapHandle p, Program* program, string filter, int optimize, uint netmask);

    [LibraryImport(Library)]
    internal static partial int pcap_setfilter(PcapHandle p, Program* program);

    [LibraryImport(Library)]
    internal static partial void pcap_freecode(Program* program);

    [LibraryImport(Library)]
    internal static partial nint pcap_open_dead_with_tstamp_precision(int linkType, int snaplen, uint precision);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint pcap_open_offline_with_tstamp_precision(string path, uint precision, byte* errbuf);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint pcap_dump_open(PcapHandle p, string path);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint pcap_dump_open_append(PcapHandle p, string path);

    [LibraryImport(Library)]
    internal static partial void pcap_dump(nint dumper, PacketHeader* header, byte* data);

    [LibraryImport(Library)]
    internal static partial int pcap_dump_flush(nint dumper);

    [LibraryImport(Library)]
    internal static partial void pcap_dump_close(nint dumper);

    [LibraryImport(Library)]
    internal static partial int pcap_findalldevs(Interface** devices, byte* errbuf);

    [LibraryImport(Library)]
    internal static partial void pcap_freealldevs(Interface* devices);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    internal static string ErrorOf(PcapHandle handle) => Text(pcap_geterr(handle)) ?? "";

    internal static string? Text(byte* text) => Marshal.PtrToStringUTF8((nint)text);

    /// <summary>struct pcap_pkthdr: a timeval, the captured and the original length.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PacketHeader
    {
        internal long Seconds;
        internal long Fraction;
        internal uint CaptureLength;
        internal uint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Stat
    {
        internal uint Received;
        internal uint Dropped;
        internal uint InterfaceDropped;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Program
    {
        internal uint Length;
        internal nint Instructions;
    }

    /// <summary>struct pcap_if.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Interface
    {
        internal Interface* Next;
        internal byte* Name;
        internal byte* Description;
        internal nint Addresses;
        internal uint Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        internal const short In = 1;

        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }
}
