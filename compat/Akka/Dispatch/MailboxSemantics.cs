namespace Akka.Dispatch;

/// <summary>What a mailbox' queue can do.</summary>
public interface ISemantics
{
}

public interface IDequeBasedMessageQueueSemantics : ISemantics
{
}

public interface IUnboundedMessageQueueSemantics : ISemantics
{
}

public interface IUnboundedDequeBasedMessageQueueSemantics : IDequeBasedMessageQueueSemantics, IUnboundedMessageQueueSemantics
{
}

/// <summary>Says what an actor needs of its mailbox.</summary>
public interface IRequiresMessageQueue<T>
    where T : ISemantics
{
}
