namespace Akka.Actor;

/// <summary>Handles a message; false when it doesn't know it.</summary>
public delegate bool Receive(object message);

/// <summary>Handles any message.</summary>
public delegate void UntypedReceive(object message);
