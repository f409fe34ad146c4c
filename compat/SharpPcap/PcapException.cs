namespace SharpPcap;

public class PcapException : Exception
{
    internal PcapException(string message, PcapError error = PcapError.Generic) : base(message) => Error = error;

    public PcapError Error { get; }
}

public class DeviceNotReadyException : PcapException
{
    internal DeviceNotReadyException(string message) : base(message)
    {
    }
}
