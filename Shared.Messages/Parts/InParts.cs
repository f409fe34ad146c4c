using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace Shared.Messages.Parts;

/// <summary>
/// Messages of any size between nodes, none of them above 64 KiB on its way: what's larger stays with its sender, who offers it,
/// and its recipient fetches it, part by part, at its own pace. A reader that fails or moves leaves nothing half behind, a sender
/// that's gone is noticed, and who said it says it again, as with a small message that got lost.
/// </summary>
public static class InParts
{
    /// <summary>Bytes of the largest message that's sent as it is; with addresses around it, it stays below 64 KiB.</summary>
    public const int LargestMessage = 60 << 10;

    /// <summary>Bytes of the largest message there may be.</summary>
    public const int LargestWhole = 64 << 20;

    /// <summary>What to send for a message: itself, or an offer of it.</summary>
    /// <param name="home">The sender's context, or its actor system: the message is kept there while it's fetched.</param>
    /// <param name="message">Not to be changed any more.</param>
    /// <param name="host">Whose entity it's for, when it's for an entity.</param>
    /// <param name="name">The same for the same message of the same actor: said again while it's kept, it's offered again.</param>
    public static IMessage Of(IActorRefFactory home, IMessage message, string host = "", string? name = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        var length = message.CalculateSize();
        if (length <= LargestMessage)
        {
            return message;
        }

        var context = home as IActorContext;
        var serialization = (context?.System ?? (ActorSystem)home).Serialization;
        var serializer = (SerializerWithStringManifest)serialization.FindSerializerFor(message);
        var kept = name is null || context is null ? ActorRefs.Nobody : context.Child(name);
        var keeper = kept.Equals(ActorRefs.Nobody) ? home.ActorOf(PartsKeeper.Props(serializer.ToBinary(message)), name) : kept;
        return new Offered
        {
            Host = host,
            Keeper = Akka.Serialization.Serialization.SerializedActorPath(keeper),
            Serializer = serializer.Identifier,
            Manifest = serializer.Manifest(message),
            Length = length,
        };
    }

    /// <summary>Answers with a message of any size; within this node as it is.</summary>
    public static void Answer(IActorContext context, IActorRef asker, IMessage message, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        asker.Tell(asker is IActorRefScope { IsLocal: true } ? message : Of(context, message, name: name), context.Self);
    }

    /// <summary>
    /// Fetches what was offered to an actor, by its context: the message comes to it later as if sent by the sender of the offer.
    /// What's being fetched isn't fetched twice.
    /// </summary>
    public static void Fetch(IActorContext context, Offered offered)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(offered);
        var name = Uri.EscapeDataString(offered.Keeper);
        if (context.Child(name).Equals(ActorRefs.Nobody))
        {
            var (self, sender) = (context.Self, context.Sender);
            context.ActorOf(PartsReader.Props(offered, message => self.Tell(message, sender)), name);
        }
    }

    /// <summary>Asks with a question of any size for an answer of any size.</summary>
    /// <exception cref="AskTimeoutException">There was none in time.</exception>
    public static async Task<object> AskAsync(ActorSystem system, ICanTell target, IMessage question, TimeSpan timeout, string host = "")
    {
        var answer = await target.Ask<object>(Of(system, question, host), timeout).ConfigureAwait(false);
        if (answer is not Offered offered)
        {
            return answer;
        }

        var whole = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reader = system.ActorOf(PartsReader.Props(offered, message => whole.TrySetResult(message)));
        try
        {
            return await whole.Task.WaitAsync(timeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            system.Stop(reader);
            throw new AskTimeoutException($"{offered.Length} bytes of an answer weren't there after {timeout}");
        }
    }
}
