namespace Akka.Actor;

/// <summary>A message within another.</summary>
public interface IWrappedMessage
{
    object Message { get; }
}

/// <summary>A message the runtime itself answers before the actor sees it.</summary>
public interface IAutoReceivedMessage
{
}

/// <summary>A message that isn't taken from untrusted nodes.</summary>
public interface IPossiblyHarmful
{
}

/// <summary>A message that never leaves the process.</summary>
public interface INoSerializationVerificationNeeded
{
}

/// <summary>A message that doesn't reset the receive timeout.</summary>
public interface INotInfluenceReceiveTimeout
{
}
