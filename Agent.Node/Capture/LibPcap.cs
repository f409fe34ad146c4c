using System.Reflection;
using System.Runtime.InteropServices;

namespace Agent.Node.Capture;

/// <summary>
/// What is called of libpcap for live captures. Not through SharpPcap: its device is made of a list of all interfaces there
/// are, and it has no call for more than one packet.
/// </summary>
internal static unsafe partial class LibPcap
{
    internal const int ErrorLength = 256;
    internal const int NoSuchDevice = -5; // PCAP_ERROR_NO_SUCH_DEVICE
    internal const int Nanoseconds = 1;   // PCAP_TSTAMP_PRECISION_NANO

    private const string Name = "libpcap";

    /// <summary>As distributions name it.</summary>
    private static readonly string[] Files = ["libpcap.so.1", "libpcap.so.0.8", "libpcap.so"];

    static LibPcap() => NativeLibrary.SetDllImportResolver(typeof(LibPcap).Assembly, Resolve);

    [LibraryImport(Name, EntryPoint = "pcap_create", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint Create(string device, byte* error);

    [LibraryImport(Name, EntryPoint = "pcap_set_snaplen")]
    internal static partial int SetSnapLength(nint handle, int bytes);

    [LibraryImport(Name, EntryPoint = "pcap_set_promisc")]
    internal static partial int SetPromiscuous(nint handle, int promiscuous);

    [LibraryImport(Name, EntryPoint = "pcap_set_timeout")]
    internal static partial int SetTimeout(nint handle, int milliseconds);

    [LibraryImport(Name, EntryPoint = "pcap_set_buffer_size")]
    internal static partial int SetBufferSize(nint handle, int bytes);

    [LibraryImport(Name, EntryPoint = "pcap_set_tstamp_precision")]
    internal static partial int SetPrecision(nint handle, int precision);

    [LibraryImport(Name, EntryPoint = "pcap_set_protocol_linux")]
    internal static partial int SetProtocol(nint handle, int etherType);

    [LibraryImport(Name, EntryPoint = "pcap_activate")]
    internal static partial int Activate(nint handle);

    [LibraryImport(Name, EntryPoint = "pcap_setnonblock")]
    internal static partial int SetNonBlocking(nint handle, int nonBlocking, byte* error);

    [LibraryImport(Name, EntryPoint = "pcap_compile", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Compile(nint handle, Program* program, string filter, int optimize, uint netmask);

    [LibraryImport(Name, EntryPoint = "pcap_setfilter")]
    internal static partial int SetFilter(nint handle, Program* program);

    [LibraryImport(Name, EntryPoint = "pcap_freecode")]
    internal static partial void FreeCode(Program* program);

    [LibraryImport(Name, EntryPoint = "pcap_datalink")]
    internal static partial int LinkType(nint handle);

    [LibraryImport(Name, EntryPoint = "pcap_get_tstamp_precision")]
    internal static partial int Precision(nint handle);

    [LibraryImport(Name, EntryPoint = "pcap_get_selectable_fd")]
    internal static partial int Descriptor(nint handle);

    [LibraryImport(Name, EntryPoint = "pcap_dispatch")]
    internal static partial int Dispatch(nint handle, int most, delegate* unmanaged[Cdecl]<PacketBlock.Room*, PcapHeader*, byte*, void> each, PacketBlock.Room* room);

    [LibraryImport(Name, EntryPoint = "pcap_close")]
    internal static partial void Close(nint handle);

    /// <summary>The last error of a handle, in libpcap's words.</summary>
    internal static string Error(nint handle) => Text(LastError(handle));

    /// <summary>What a result of <see cref="Activate"/> means, in libpcap's words.</summary>
    internal static string Meaning(int result) => Text(StatusText(result));

    internal static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    [LibraryImport(Name, EntryPoint = "pcap_geterr")]
    private static partial byte* LastError(nint handle);

    [LibraryImport(Name, EntryPoint = "pcap_statustostr")]
    private static partial byte* StatusText(int result);

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path)
    {
        if (library != Name)
        {
            return 0;
        }

        foreach (var file in Files)
        {
            if (NativeLibrary.TryLoad(file, out var handle))
            {
                return handle;
            }
        }

        throw new CaptureException($"libpcap isn't installed: neither {string.Join(" nor ", Files)} is there");
    }

    /// <summary>struct bpf_program.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Program
    {
        internal uint Length;
        internal nint Instructions;
    }
}

/// <summary>struct pcap_pkthdr on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PcapHeader
{
    internal long Seconds;
    internal long Fraction;
    internal uint CapturedLength;
    internal uint OriginalLength;
}
