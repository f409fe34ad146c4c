namespace SharpPcap.LibPcap;

/// <summary>Reads pcap and pcapng files.</summary>
public class CaptureFileReaderDevice : CaptureReaderDevice
{
    public CaptureFileReaderDevice(string captureFilename) => FileName = captureFilename;

    public string FileName { get; }

    public long FileSize => new FileInfo(FileName).Length;

    public override string Name => FileName;

    public override string Description => "Packets of a file";

    public override unsafe void Open(DeviceConfiguration configuration)
    {
        var error = stackalloc byte[Native.ErrorBufferSize];
        var handle = new PcapHandle(Native.pcap_open_offline_with_tstamp_precision(FileName, (uint)(configuration.TimestampResolution ?? TimestampResolution.Microsecond), error));
        if (handle.IsInvalid)
            throw new PcapException($"{Native.Text(error)}");
        Handle = handle;
        base.Open(configuration);
    }
}
