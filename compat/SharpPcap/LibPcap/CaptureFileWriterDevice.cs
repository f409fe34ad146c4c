namespace SharpPcap.LibPcap;

/// <summary>Writes a pcap file.</summary>
public class CaptureFileWriterDevice : PcapDevice
{
    protected IntPtr m_pcapDumpHandle;

    private readonly string _fileName;
    private readonly FileMode _mode;

    public CaptureFileWriterDevice(string captureFilename, FileMode mode)
    {
        _fileName = captureFilename;
        _mode = mode;
    }

    public override string Name => _fileName;

    public override string Description => "Packets into a file";

    public override ICaptureStatistics Statistics => throw new NotSupportedException("a file that's written has no statistics");

    protected bool DumpOpened => m_pcapDumpHandle != 0;

    public override void Open(DeviceConfiguration configuration)
    {
        Handle = new PcapHandle(Native.pcap_open_dead_with_tstamp_precision(
            (int)configuration.LinkLayerType, configuration.Snaplen, (uint)(configuration.TimestampResolution ?? TimestampResolution.Microsecond)));
        if (Handle.IsInvalid)
            throw new PcapException($"no capture file has link type {configuration.LinkLayerType}");
        m_pcapDumpHandle = _mode == FileMode.Append ? Native.pcap_dump_open_append(Handle, _fileName) : Native.pcap_dump_open(Handle, _fileName);
        if (m_pcapDumpHandle == 0)
            throw new PcapException($"{_fileName} can't be written: {LastError}");
        base.Open(configuration);
    }

    public unsafe void Write(ReadOnlySpan<byte> p, ref PcapHeader h)
    {
        ThrowIfNotOpen("open the file before writing to it");
        var fraction = h.Timeval.Value - decimal.Truncate(h.Timeval.Value);
        var header = new Native.PacketHeader
        {
            Seconds = (long)h.Timeval.Seconds,
            Fraction = (long)(fraction * (TimestampResolution == TimestampResolution.Nanosecond ? 1_000_000_000m : 1_000_000m)),
            CaptureLength = h.CaptureLength,
            Length = h.PacketLength,
        };
        if (header.CaptureLength > p.Length)
            throw new ArgumentException($"The header says {header.CaptureLength} bytes were captured; {p.Length} are given.", nameof(h));
        fixed (byte* data = p)
            Native.pcap_dump(m_pcapDumpHandle, &header, data);
    }

    public void Write(RawCapture p)
    {
        var header = new PcapHeader(0, 0, (uint)p.PacketLength, (uint)p.Data.Length) { Timeval = p.Timeval };
        Write(p.Data, ref header);
    }

    public override void Close()
    {
        if (DumpOpened)
        {
            var flushed = Native.pcap_dump_flush(m_pcapDumpHandle);
            Native.pcap_dump_close(m_pcapDumpHandle);
            m_pcapDumpHandle = 0;
            base.Close();
            if (flushed != 0)
                throw new PcapException($"{_fileName} couldn't be written whole");
            return;
        }
        base.Close();
    }
}
