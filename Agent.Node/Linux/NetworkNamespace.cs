using System.Runtime.ExceptionServices;

namespace Agent.Node.Linux;

/// <summary>
/// Work inside another network namespace. Entering changes a thread for good, so it's done on a thread that ends with
/// the work; a socket opened there stays in its namespace and is used from outside.
/// </summary>
internal static class NetworkNamespace
{
    /// <summary>Runs <paramref name="work"/> inside the namespace at <paramref name="path"/> (null: the process's own).</summary>
    /// <exception cref="IOException">There's no namespace at that path, or it may not be entered (needs CAP_SYS_ADMIN).</exception>
    public static T Run<T>(string? path, Func<T> work)
    {
        if (path is null)
        {
            return work();
        }

        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    Enter(path);
                    result = work();
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            },
            maxStackSize: 256 * 1024)
        {
            IsBackground = true,
            Name = "netns",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    /// <summary>Moves the calling thread into a namespace, for the rest of the thread's life.</summary>
    /// <exception cref="IOException">There's no namespace at that path, or it may not be entered.</exception>
    public static void Enter(string path)
    {
        var descriptor = NamespaceNative.Open(path, NamespaceNative.ReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            throw SystemCalls.Failure($"open the network namespace {path}");
        }

        try
        {
            if (NamespaceNative.SetNamespace(descriptor, NamespaceNative.CloneNewNet) < 0)
            {
                throw SystemCalls.Failure($"enter the network namespace {path}");
            }
        }
        finally
        {
            _ = SystemCalls.Close(descriptor);
        }
    }
}
