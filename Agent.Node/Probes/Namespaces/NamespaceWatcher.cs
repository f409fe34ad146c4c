using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Agent.Node.Linux;

namespace Agent.Node.Probes.Namespaces;

/// <summary>
/// Tells what namespaces a directory holds whenever that changes. `ip netns add` makes a file and then mounts the
/// namespace on it, so the kernel's notice of a changed mount table (poll on mountinfo) counts as much as the directory's
/// (inotify), which alone tells of links to namespaces. The directory needn't exist.
/// </summary>
internal sealed class NamespaceWatcher : IDisposable
{
    private const string MountTable = "/proc/self/mountinfo";
    private const uint DirectoryEvents = NamespaceNative.InCreate | NamespaceNative.InDelete | NamespaceNative.InMovedFrom
        | NamespaceNative.InMovedTo | NamespaceNative.InDeleteSelf | NamespaceNative.InOnlyDirectory;

    // Namespaces come in swarms, and each look reads the whole directory.
    private const int GatherMilliseconds = 20;

    private readonly string _directory;
    private readonly Action<ImmutableArray<NamedNamespace>> _changed;
    private readonly Action<Exception> _failed;
    private readonly int _inotify;
    private readonly int _mounts;
    private readonly int _wake;
    private readonly Thread _thread;
    private readonly Lock _closing = new();
    private bool _closed;

    /// <param name="directory">Where the namespaces' names are: /var/run/netns.</param>
    /// <param name="changed">Called on the watcher's thread: once at first, then with every change, with all there are.</param>
    /// <param name="failed">Called on the watcher's thread when it can't go on; it has ended then.</param>
    /// <exception cref="IOException">The kernel gives no inotify or mount table.</exception>
    public NamespaceWatcher(string directory, Action<ImmutableArray<NamedNamespace>> changed, Action<Exception> failed)
    {
        _directory = Path.GetFullPath(directory);
        _changed = changed;
        _failed = failed;
        _inotify = NamespaceNative.InotifyInit(NamespaceNative.NonBlockingCloseOnExec);
        _mounts = NamespaceNative.Open(MountTable, NamespaceNative.ReadOnlyCloseOnExec);
        _wake = NamespaceNative.EventDescriptor(0, NamespaceNative.NonBlockingCloseOnExec);
        if (_inotify < 0 || _mounts < 0 || _wake < 0)
        {
            var failure = SystemCalls.Failure($"watch {_directory}");
            CloseAll();
            throw failure;
        }

        _thread = new Thread(Watch, maxStackSize: 256 * 1024) { IsBackground = true, Name = "netns-watch" };
        _thread.Start();
    }

    /// <summary>Ends the thread and waits for it.</summary>
    public unsafe void Dispose()
    {
        lock (_closing)
        {
            if (!_closed)
            {
                var one = 1UL;
                _ = NamespaceNative.Write(_wake, (byte*)&one, sizeof(ulong));
            }
        }

        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    private void Watch()
    {
        try
        {
            ImmutableArray<NamedNamespace>? told = null;
            do
            {
                WatchDirectory();
                var now = NamespaceDirectory.Read(_directory);
                if (told is not { } before || !before.SequenceEqual(now))
                {
                    told = now;
                    _changed(now);
                }
            }
            while (WaitForChange());
        }
        catch (Exception e)
        {
            _failed(e);
        }
        finally
        {
            CloseAll();
        }
    }

    // Adding a watch twice is no error. Until the directory exists its nearest ancestor says when the next step appears.
    private void WatchDirectory()
    {
        for (var path = _directory; path is not null; path = Path.GetDirectoryName(path))
        {
            if (NamespaceNative.InotifyAddWatch(_inotify, path, DirectoryEvents) >= 0)
            {
                return;
            }
        }

        throw SystemCalls.Failure($"watch {_directory}");
    }

    private unsafe bool WaitForChange()
    {
        var descriptors = stackalloc NamespaceNative.PollDescriptor[3];
        descriptors[0] = new() { Descriptor = _wake, Events = NamespaceNative.PollIn };
        descriptors[1] = new() { Descriptor = _inotify, Events = NamespaceNative.PollIn };
        descriptors[2] = new() { Descriptor = _mounts, Events = NamespaceNative.PollPriority };
        Poll(descriptors, 3, -1);
        if (descriptors[0].Returned == 0)
        {
            Poll(descriptors, 1, GatherMilliseconds);
        }

        if (descriptors[0].Returned != 0)
        {
            return false;
        }

        const int length = 4096;
        var drained = stackalloc byte[length];
        while (NamespaceNative.Read(_inotify, drained, length) > 0)
        {
        }

        return true;
    }

    private unsafe void Poll(NamespaceNative.PollDescriptor* descriptors, uint count, int milliseconds)
    {
        while (NamespaceNative.Poll(descriptors, count, milliseconds) < 0)
        {
            if (Marshal.GetLastPInvokeError() != SystemCalls.Interrupted)
            {
                throw SystemCalls.Failure($"wait for changes of {_directory}");
            }
        }
    }

    private void CloseAll()
    {
        lock (_closing)
        {
            _closed = true;
            foreach (var descriptor in (ReadOnlySpan<int>)[_inotify, _mounts, _wake])
            {
                if (descriptor >= 0)
                {
                    _ = SystemCalls.Close(descriptor);
                }
            }
        }
    }
}
