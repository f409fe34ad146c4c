namespace SharpPcap.LibPcap;

public abstract class CaptureReaderDevice : PcapDevice
{
    protected CaptureReaderDevice()
    {
    }

    public override ICaptureStatistics Statistics => new PcapStatistics();
}
