namespace Akka.Dispatch;

/// <summary>Runs a mailbox on the thread that tells, unless another thread already runs it (the test actor's).</summary>
internal sealed class CallingThreadDispatcher(string id, int throughput) : MessageDispatcher(id, throughput)
{
    internal override void Execute(IThreadPoolWorkItem work) => work.Execute();
}
