namespace Analyzer.Node.Http;

/// <summary>Something this analyzer needs isn't there yet; the message, for users, says what.</summary>
internal sealed class NotReadyException(string message) : Exception(message);
