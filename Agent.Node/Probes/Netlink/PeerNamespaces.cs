using System.Buffers.Binary;
using Agent.Node.Linux;

namespace Agent.Node.Probes.Netlink;

/// <summary>
/// A namespace numbers the other namespaces it has to do with; a veth whose peer lives elsewhere names it by that number
/// (IFLA_LINK_NETNSID). The kernel answers which number a namespace at hand has (RTM_GETNSID).
/// </summary>
internal static class PeerNamespaces
{
    private const int NamespaceIdAttribute = 1; // NETNSA_NSID

    /// <summary>The number by which the socket's namespace knows the one at <paramref name="path"/>; null when it has none.</summary>
    /// <param name="socket">A socket that has joined no notification group.</param>
    /// <param name="path">The other namespace's file.</param>
    /// <exception cref="IOException">The path leads to no namespace, or the kernel refused.</exception>
    public static int? NumberOf(NetlinkSocket socket, string path)
    {
        var descriptor = NamespaceNative.Open(path, NamespaceNative.ReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            throw SystemCalls.Failure($"open the network namespace {path}");
        }

        try
        {
            socket.Send(NetlinkRequest.NamespaceId(descriptor, sequence: 1));
            Span<byte> answer = stackalloc byte[512];
            return Read(answer[..socket.Receive(answer)], path);
        }
        finally
        {
            _ = SystemCalls.Close(descriptor);
        }
    }

    private static int? Read(ReadOnlySpan<byte> answer, string path)
    {
        var messages = new NetlinkMessages(answer);
        while (messages.TryRead(out var header, out var payload))
        {
            if (header.Type == NetlinkMessageType.Error && payload.Length >= 4)
            {
                var errno = -BinaryPrimitives.ReadInt32LittleEndian(payload);
                throw new IOException(
                    $"ask for the number of {path}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno)}", errno);
            }

            if (header.Type != NetlinkMessageType.NewNamespaceId || payload.Length < 4)
            {
                continue;
            }

            var attributes = new NetlinkAttributes(payload[4..]); // struct rtgenmsg, padded
            while (attributes.TryRead(out var type, out var value))
            {
                if (type == NamespaceIdAttribute && NetlinkValue.Int32(value) is { } number and >= 0)
                {
                    return number;
                }
            }
        }

        return null;
    }
}
