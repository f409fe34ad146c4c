namespace Agent.Node.Capture;

/// <summary>
/// Threads for what takes its time in the kernel, such as opening and closing packet sockets: a new one for each piece of work,
/// for that may enter a network namespace for good, and few at a time.
/// </summary>
internal sealed class HelperThreads(int most)
{
    private const int StackSize = 256 << 10;

    private readonly SemaphoreSlim _places = new(most);

    /// <summary>Returns at once. The work doesn't throw.</summary>
    internal void Run(string name, Action work) => _places.WaitAsync().ContinueWith(
        _ => new Thread(
            () =>
            {
                work();
                _places.Release();
            },
            StackSize)
        { IsBackground = true, Name = name }.Start(),
        TaskScheduler.Default);
}
