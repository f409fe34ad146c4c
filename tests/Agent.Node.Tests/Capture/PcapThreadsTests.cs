using Agent.Node.Capture;
using Agent.Node.Linux;

namespace Agent.Node.Tests.Capture;

public sealed class PcapThreadsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Who_always_has_something_to_read_does_not_keep_the_others_from_their_turns()
    {
        var threads = new PcapThreads();
        using var busy = new Source { IsReady = true };
        using var alsoBusy = new Source { IsReady = true };
        using var quiet = new Source();
        foreach (var source in new[] { busy, alsoBusy, quiet })
        {
            threads.Add(source);
        }

        for (var round = 0; round < 20; round++)
        {
            var before = quiet.Turns;
            threads.Wake(quiet);
            Until(() => quiet.Turns > before);
        }

        // A thread may lose its core in a turn for longer than all of the above takes.
        Until(() => busy.Turns > 20 && alsoBusy.Turns > 20);
        threads.Count.ShouldBeInRange(1, Environment.ProcessorCount);
        EndAll(threads, busy, alsoBusy, quiet);
    }

    [Fact]
    public void Who_has_nothing_to_read_and_nothing_due_has_no_turn()
    {
        var threads = new PcapThreads();
        using var idle = new Source();
        using var due = new Source { DueIn = 300 };
        threads.Add(idle);
        threads.Add(due);
        Until(() => due.Turns >= 5);
        idle.Turns.ShouldBe(1);
        due.Turns.ShouldBeLessThan(20);
        EndAll(threads, idle, due);
    }

    [Fact]
    public void Who_is_woken_in_a_turn_has_another()
    {
        var threads = new PcapThreads();
        using var source = new Source();
        source.During = () =>
        {
            if (source.Turns < 1000)
            {
                threads.Wake(source);
            }
        };
        threads.Add(source);
        Until(() => source.Turns >= 1000);
        source.MostAtOnce.ShouldBe(1);
        EndAll(threads, source);
    }

    [Fact]
    public void Threads_end_with_the_last_and_begin_again_with_the_next()
    {
        var threads = new PcapThreads();
        for (var round = 0; round < 3; round++)
        {
            using var source = new Source();
            threads.Add(source);
            Until(() => source.Turns > 0);
            EndAll(threads, source);
            Until(() => threads.Count == 0);
        }
    }

    private static void EndAll(PcapThreads threads, params Source[] sources)
    {
        foreach (var source in sources)
        {
            source.IsOver = true;
            threads.Wake(source);
            Until(() => source.HasLeft);
        }
    }

    [Fact]
    public void One_that_has_more_to_do_turns_again_though_nothing_is_to_be_read_and_no_time_has_come()
    {
        var threads = new PcapThreads();
        using var source = new Source { TurnsWanted = 5 };
        threads.Add(source);
        Until(() => source.Turns == 5);
        source.IsOver = true;
        threads.Wake(source);
        Until(() => source.HasLeft);
    }

    private static void Until(Func<bool> condition) => SpinWait.SpinUntil(condition, Patience).ShouldBeTrue();

    /// <summary>An event of the kernel's, which can be written to at any time, as a packet socket.</summary>
    private sealed class Source : IPolled, IDisposable
    {
        private readonly int _event = NamespaceNative.EventDescriptor(0, NamespaceNative.NonBlockingCloseOnExec);
        private int _turns;
        private int _atOnce;

        internal bool IsReady
        {
            init
            {
                if (value)
                {
                    Ready();
                }
            }
        }

        internal long? DueIn { get; init; }

        internal bool IsOver { get; set; }

        internal Action During { get; set; } = () => { };

        internal int TurnsWanted { get; init; }

        internal int Turns => Volatile.Read(ref _turns);

        internal int MostAtOnce { get; private set; }

        internal bool HasLeft { get; private set; }

        public (int First, int Second) Descriptors => (_event, -1);

        public long Due => DueIn is { } milliseconds ? CaptureClock.Engine.Now + (milliseconds * 1_000_000) : long.MaxValue;

        public bool HasMore => Volatile.Read(ref _turns) < TurnsWanted;

        public bool Turn(PacketBlock block)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
            Interlocked.Increment(ref _turns);
            During();
            Interlocked.Decrement(ref _atOnce);
            return !IsOver;
        }

        public void Left(Exception? failure) => HasLeft = true;

        public void Dispose() => SystemCalls.Close(_event);

        private unsafe void Ready()
        {
            var one = 1L;
            NamespaceNative.Write(_event, (byte*)&one, sizeof(long));
        }
    }
}
