namespace Akka.TestKit;

/// <summary>Opens when counted down, and lets those through who wait.</summary>
public class TestLatch
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    private readonly CountdownEvent _latch;
    private readonly TimeSpan _timeout;

    public TestLatch()
        : this(1)
    {
    }

    public TestLatch(int count)
        : this(count, DefaultTimeout)
    {
    }

    public TestLatch(int count, TimeSpan defaultTimeout)
    {
        _latch = new CountdownEvent(count);
        _timeout = defaultTimeout;
    }

    public bool IsOpen => _latch.IsSet;

    public void CountDown()
    {
        if (!_latch.IsSet) _latch.Signal();
    }

    public void Open()
    {
        while (!_latch.IsSet) CountDown();
    }

    public void Reset() => _latch.Reset();

    /// <summary>Waits until it's open.</summary>
    /// <exception cref="TimeoutException">It didn't open in time.</exception>
    public void Ready() => Ready(_timeout);

    public void Ready(TimeSpan timeout)
    {
        if (timeout == TimeSpan.MaxValue) throw new ArgumentException("TestLatch does not support waiting for TimeSpan.MaxValue", nameof(timeout));
        if (!_latch.Wait(timeout)) throw new TimeoutException($"Timeout of {timeout}");
    }
}
