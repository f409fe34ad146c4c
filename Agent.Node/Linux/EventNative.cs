using System.Runtime.InteropServices;

namespace Agent.Node.Linux;

/// <summary>The libc calls to wait for many descriptors and for a time: epoll(7), timerfd_create(2).</summary>
internal static partial class EventNative
{
    internal const int CloseOnExec = 0x80000;             // EPOLL_CLOEXEC
    internal const int NonBlockingCloseOnExec = 0x80800;  // TFD_NONBLOCK | TFD_CLOEXEC
    internal const int Monotonic = 1;                     // CLOCK_MONOTONIC

    internal const int Add = 1;                           // EPOLL_CTL_ADD
    internal const int Remove = 2;                        // EPOLL_CTL_DEL
    internal const int Modify = 3;                        // EPOLL_CTL_MOD

    internal const uint In = 1;
    internal const uint Out = 4;
    internal const uint Once = 1u << 30;                  // EPOLLONESHOT

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    internal static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static partial int Control(int epoll, int operation, int descriptor, ref Event wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    internal static unsafe partial int Wait(int epoll, Event* events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    internal static partial int CreateTimer(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    internal static unsafe partial int SetTimer(int timer, int flags, TimerSetting* setting, TimerSetting* before);

    /// <summary>struct epoll_event: packed on x86-64 only.</summary>
    internal struct Event
    {
        private unsafe fixed byte _bytes[16];

        private static int DataOffset => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

        internal static int Size => DataOffset + sizeof(long);

        internal static unsafe Event Of(uint events, long data)
        {
            Event made = default;
            *(uint*)made._bytes = events;
            *(long*)(made._bytes + DataOffset) = data;
            return made;
        }

        internal readonly unsafe long Data
        {
            get
            {
                fixed (byte* bytes = _bytes)
                {
                    return *(long*)(bytes + DataOffset);
                }
            }
        }
    }

    /// <summary>struct itimerspec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimerSetting
    {
        internal long IntervalSeconds;
        internal long IntervalNanoseconds;
        internal long Seconds;
        internal long Nanoseconds;
    }
}
