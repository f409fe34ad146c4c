using System.Runtime.InteropServices;

namespace Agent.Node.Linux;

/// <summary>The libc calls namespaces need.</summary>
internal static partial class NamespaceNative
{
    internal const int CloneNewNet = 0x40000000;
    internal const int ReadOnlyCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC
    internal const int NonBlockingCloseOnExec = 0x80800; // IN_NONBLOCK | IN_CLOEXEC, and the same for eventfd

    internal const short PollIn = 1;
    internal const short PollPriority = 2;

    internal const uint InCreate = 0x100;
    internal const uint InDelete = 0x200;
    internal const uint InMovedFrom = 0x40;
    internal const uint InMovedTo = 0x80;
    internal const uint InDeleteSelf = 0x400;
    internal const uint InOnlyDirectory = 0x01000000;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNamespace(int descriptor, int type);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    internal static partial int InotifyInit(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial int InotifyAddWatch(int descriptor, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static unsafe partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static unsafe partial nint Write(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
