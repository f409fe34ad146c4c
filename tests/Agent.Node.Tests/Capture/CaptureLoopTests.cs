using Agent.Node.Capture;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace Agent.Node.Tests.Capture;

public sealed class CaptureLoopTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("Open", "no Open")]
    [InlineData("Read", "no Read")]
    [InlineData("Count", "no Count")]
    [InlineData("Close", "no Close")]
    [InlineData("Open Close", "no Open")]
    [InlineData("Count Close", "no Count")]
    public void Whatever_fails_on_the_thread_ends_the_capture_with_the_first_reason_and_not_the_process(string steps, string reason)
    {
        new FailingLoop(steps, TestActor).Start();
        if (!steps.Contains("Open", StringComparison.Ordinal))
        {
            ExpectMsg<LoopOpened>(Patience);
        }

        ExpectMsg<LoopEnded>(Patience).Error.ShouldNotBeNull().ShouldContain(reason);
    }

    [Fact]
    public void A_source_that_could_not_be_opened_is_closed_too()
    {
        var loop = new FailingLoop("Open", TestActor);
        loop.Start();
        ExpectMsg<LoopEnded>(Patience);
        loop.Closed.ShouldBe(1);
    }

    private sealed class FailingLoop(string steps, IActorRef capture)
        : ThreadLoop(new CaptureSettings { CaptureId = "c", NodeTid = "t", Host = "h", Source = CaptureSource.File }, capture, ActorRefs.Nobody, new PacketBatchPool(1))
    {
        internal int Closed { get; private set; }

        protected override void Open() => Step("Open");

        protected override void Read() => Step("Read");

        protected override (long Received, long DroppedByKernel, long DroppedByInterface) Count()
        {
            Step("Count");
            return (1, 0, 0);
        }

        protected override void Close()
        {
            Closed++;
            Step("Close");
        }

        private void Step(string name)
        {
            if (steps.Split(' ').Contains(name))
            {
                throw new InvalidOperationException($"no {name}");
            }
        }
    }
}
