using System.Buffers.Binary;

namespace Agent.Node.Linux;

/// <summary>What the kernel tells a network namespace by: device and inode of its nsfs file, whatever the path to it.</summary>
internal readonly record struct NamespaceId(ulong Device, ulong Inode)
{
    /// <summary>The calling process's own namespace.</summary>
    public static NamespaceId Own => Of("/proc/self/ns/net");

    /// <exception cref="IOException">The path leads nowhere, or may not be read.</exception>
    public static NamespaceId Of(string path) =>
        TryGet(path, out var id) ? id : throw SystemCalls.Failure($"look at {path}");

    /// <summary>False when the path leads nowhere.</summary>
    public static unsafe bool TryGet(string path, out NamespaceId id)
    {
        const int atCurrentDirectory = -100; // AT_FDCWD
        const uint inodeWanted = 0x100;      // STATX_INO
        const int statxLength = 256;         // struct statx: inode at 32, device's major and minor at 136 and 140
        var result = stackalloc byte[statxLength];
        if (NamespaceNative.Statx(atCurrentDirectory, path, 0, inodeWanted, result) < 0)
        {
            id = default;
            return false;
        }

        var fields = new ReadOnlySpan<byte>(result, statxLength);
        id = new NamespaceId(
            ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(fields[136..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(fields[140..]),
            BinaryPrimitives.ReadUInt64LittleEndian(fields[32..]));
        return true;
    }

    public override string ToString() => $"{Device >> 32:x}:{Device & 0xffffffff:x}/{Inode}";
}
