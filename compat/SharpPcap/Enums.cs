namespace SharpPcap;

[Flags]
public enum DeviceModes : short
{
    None = 0,
    Promiscuous = 1,
    DataTransferUdp = 2,
    NoCaptureRemote = 4,
    NoCaptureLocal = 8,
    MaxResponsiveness = 16,
}

public enum GetPacketStatus
{
    NoRemainingPackets = -2,
    Error = -1,
    ReadTimeout = 0,
    PacketRead = 1,
}

public enum TimestampResolution
{
    Microsecond = 0,
    Nanosecond = 1,
}

public enum PcapError
{
    Generic = -1,
    Break = -2,
    NotActivated = -3,
    Activated = -4,
    NoSuchDevice = -5,
    RfmonNotSupported = -6,
    NotRfmon = -7,
    PermissionDenied = -8,
    InterfaceNotUp = -9,
    TimestampTypeNotSupported = -10,
    PromiscuousPermissionDenied = -11,
    TimestampPrecisionNotSupported = -12,
    PlatformNotSupported = -2146233031,
}
