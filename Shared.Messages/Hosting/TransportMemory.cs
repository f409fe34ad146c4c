namespace Shared.Messages.Hosting;

/// <summary>
/// How much memory the cluster's connections take at a time. Their library keeps what it took, in pieces of 16 MiB, for each
/// of its threads that has sent something large once; it reads its settings from the environment, when it's first used.
/// </summary>
internal static class TransportMemory
{
    private const string PieceOrder = "io.netty.allocator.maxOrder";

    /// <summary>Pages of 8 KiB, doubled so many times: 1 MiB.</summary>
    private const string OneMebibyte = "7";

    /// <summary>Before the first connection. What the operator has set holds.</summary>
    internal static void TakeLittle()
    {
        if (Environment.GetEnvironmentVariable(PieceOrder) is null)
        {
            Environment.SetEnvironmentVariable(PieceOrder, OneMebibyte);
        }
    }
}
