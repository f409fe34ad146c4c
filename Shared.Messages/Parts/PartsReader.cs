using System.Collections;
using Akka.Actor;
using Akka.Event;
using Google.Protobuf;

namespace Shared.Messages.Parts;

/// <summary>
/// Fetches one message: asks for a few parts ahead of those that came, for those that don't come again and again, less and less
/// often, and ends with all of it, or with nothing when its keeper is gone or silent.
/// </summary>
internal sealed class PartsReader : ReceiveActor, IWithTimers
{
    /// <summary>Bytes that all readers of this process may be fetching: what's offered above isn't taken.</summary>
    internal const long Budget = 128 << 20;

    private const int Ahead = 8;
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(16);

    private static long _fetching;

    private readonly Offered _offered;
    private readonly Action<object> _whole;
    private readonly IActorRef _keeper;
    private readonly BitArray _here;
    private byte[] _message = [];
    private int _missing;
    private int _asked;
    private TimeSpan _patience = FirstPatience;

    /// <param name="offered">What to fetch.</param>
    /// <param name="whole">Gets the message, once.</param>
    public static Props Props(Offered offered, Action<object> whole) => Akka.Actor.Props.Create(() => new PartsReader(offered, whole));

    public PartsReader(Offered offered, Action<object> whole)
    {
        _offered = offered;
        _whole = whole;
        _keeper = ((ExtendedActorSystem)Context.System).Provider.ResolveActorRef(offered.Keeper);
        _missing = offered.Length is > 0 and <= InParts.LargestWhole ? PartsKeeper.Count(offered.Length) : 0;
        _here = new BitArray(_missing);
        Receive<Part>(OnPart);
        Receive<PartOverdue>(_ => OnOverdue());
        Receive<Terminated>(_ => GiveUp("its sender is gone"));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (Interlocked.Add(ref _fetching, _offered.Length) > Budget || _missing == 0)
        {
            _keeper.Tell(new PartsDone());
            Context.GetLogger().Warning("{0} of {1} bytes from {2} isn't fetched: it's too large, or there's too much at once", _offered.Manifest, _offered.Length, _keeper.Path);
            Context.Stop(Self);
            return;
        }

        Context.Watch(_keeper);
        Ask();
    }

    protected override void PostStop() => Interlocked.Add(ref _fetching, -(long)_offered.Length);

    private void OnPart(Part part)
    {
        var start = part.Number * PartsKeeper.PartSize;
        if (part.Number < 0 || part.Number >= _asked || _here[part.Number] || part.Data.Length != Math.Min(PartsKeeper.PartSize, _offered.Length - start))
        {
            return;
        }

        if (_message.Length == 0)
        {
            _message = new byte[_offered.Length];
        }

        part.Data.CopyTo(_message, start);
        _here[part.Number] = true;
        _patience = FirstPatience;
        if (--_missing > 0)
        {
            Ask();
            return;
        }

        _keeper.Tell(new PartsDone());
        _whole(Context.System.Serialization.Deserialize(_message, _offered.Serializer, _offered.Manifest));
        Context.Stop(Self);
    }

    private void Ask()
    {
        // All that was asked for and isn't here is on its way.
        while (_asked < _here.Length && _missing - (_here.Length - _asked) < Ahead)
        {
            _keeper.Tell(new GetPart { Number = _asked++ });
        }

        Timers.StartSingleTimer(PartOverdue.Instance, PartOverdue.Instance, _patience);
    }

    private void OnOverdue()
    {
        _patience *= 2;
        if (_patience > LongestPatience)
        {
            GiveUp("its parts don't come");
            return;
        }

        for (var number = 0; number < _asked; number++)
        {
            if (!_here[number])
            {
                _keeper.Tell(new GetPart { Number = number });
            }
        }

        Timers.StartSingleTimer(PartOverdue.Instance, PartOverdue.Instance, _patience);
    }

    private void GiveUp(string reason)
    {
        Context.GetLogger().Info("{0} of {1} bytes from {2} isn't fetched: {3}", _offered.Manifest, _offered.Length, _keeper.Path, reason);
        Context.Stop(Self);
    }

    private sealed class PartOverdue : IDeadLetterSuppression
    {
        public static readonly PartOverdue Instance = new();
    }
}
