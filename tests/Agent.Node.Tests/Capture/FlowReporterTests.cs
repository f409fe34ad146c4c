using Agent.Node.Capture;
using Agent.Node.Decoding;
using Agent.Node.Flows;
using Akka.Actor;
using static Agent.Node.Tests.PacketCraft;

namespace Agent.Node.Tests.Capture;

public sealed class FlowReporterTests
{
    private const long Second = 1_000_000_000;
    private const long Start = 1_700_000_000 * Second;

    [Fact]
    public void A_live_capture_s_thread_never_waits_for_an_uplink_that_takes_nothing_and_what_had_to_leave_is_counted()
    {
        const int flows = 200_000;
        var credit = new ReportCredit();
        var uplink = new Uplink();
        var reporter = new FlowReporter(Captures.Origin, uplink, credit, mayWait: false);
        var engine = new FlowEngine(new FlowOptions { MaxEntries = 1000 }, Captures.Origin, reporter);
        engine.AdvanceTo(new(Start, 0));
        for (var n = 0; n < flows; n++)
        {
            engine.Process(Start, LinkType.Ip, 60, Ipv4(17, Udp((ushort)n, (ushort)(n >> 16), [])));
        }

        reporter.Room.ShouldBe(0);
        var lostBefore = credit.Lost;
        lostBefore.ShouldBeGreaterThan(0);
        uplink.TakesIn = true;
        uplink.TakeIn();
        reporter.BeginEnd();
        engine.End();
        reporter.Complete();
        credit.Lost.ShouldBe(lostBefore);
        (uplink.Told + credit.Lost).ShouldBe(flows);
    }

    /// <summary>Takes nothing in until it's told to.</summary>
    private sealed class Uplink : MinimalActorRef
    {
        private readonly Lock _lock = new();
        private readonly List<FlowUpdates> _waiting = [];
        private bool _takesIn;

        internal bool TakesIn
        {
            set
            {
                lock (_lock)
                {
                    _takesIn = value;
                }
            }
        }

        internal int Told { get; private set; }

        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "uplink";

        public override IActorRefProvider Provider => throw new NotSupportedException();

        internal void TakeIn()
        {
            lock (_lock)
            {
                foreach (var updates in _waiting)
                {
                    updates.TakenIn!(0);
                }

                _waiting.Clear();
            }
        }

        protected override void TellInternal(object message, IActorRef sender)
        {
            lock (_lock)
            {
                var updates = (FlowUpdates)message;
                Told += updates.Rows.Count;
                _waiting.Add(updates);
            }

            if (_takesIn)
            {
                TakeIn();
            }
        }
    }
}
