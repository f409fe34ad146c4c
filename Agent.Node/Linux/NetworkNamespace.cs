using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Agent.Node.Linux;

/// <summary>
/// Work inside another network namespace. Entering changes a thread for good, so it's done on a thread that ends with
/// the work; a socket opened there stays in its namespace and is used from outside.
/// </summary>
internal static class NetworkNamespace
{
    /// <summary>Of the process's first thread, which never leaves it.</summary>
    private static readonly string Home = $"/proc/{Environment.ProcessId}/ns/net";

    private static readonly Lazy<BlockingCollection<Action>> Visits = new(StartVisitor);

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

    /// <summary>
    /// The same for work that takes no time: on one thread that comes back from each namespace, so that hundreds of them don't take
    /// a thread each, and none is kept by it.
    /// </summary>
    /// <exception cref="IOException">As with <see cref="Run"/>.</exception>
    public static T Visit<T>(string? path, Func<T> work)
    {
        if (path is null)
        {
            return work();
        }

        var visit = new TaskCompletionSource<T>();
        Visits.Value.Add(() =>
        {
            try
            {
                Enter(path);
                visit.SetResult(work());
            }
            catch (Exception e)
            {
                visit.SetException(e);
            }
        });
        return visit.Task.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Action> StartVisitor()
    {
        var visits = new BlockingCollection<Action>();
        var thread = new Thread(
            () =>
            {
                foreach (var visit in visits.GetConsumingEnumerable())
                {
                    visit();
                    Enter(Home);
                }
            },
            maxStackSize: 256 * 1024)
        {
            IsBackground = true,
            Name = "netns",
        };
        thread.Start();
        return visits;
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
