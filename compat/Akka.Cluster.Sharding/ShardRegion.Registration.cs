using Akka.Actor;
using Akka.Cluster.Sharding.Coordination;

namespace Akka.Cluster.Sharding;

/// <summary>Finding the coordinator, on the oldest node, and being known to it.</summary>
public sealed partial class ShardRegion
{
    private void OnMembers()
    {
        if (_cluster.IsTerminated)
        {
            Context.Stop(Self);
            return;
        }

        var oldest = Tools.Singleton.SingletonCandidates.Oldest(_cluster.State.Members, _settings.Role)?.UniqueAddress;
        if (oldest != _oldest)
        {
            _oldest = oldest;
            if (_coordinator is not null)
            {
                Context.Unwatch(_coordinator);
                _coordinator = null;
            }

            StartRegistering();
        }
    }

    private void StartRegistering()
    {
        _registrationInterval = FirstRegistrationInterval;
        Registers();
    }

    private void OnRetry(object message)
    {
        if (_coordinator is null)
        {
            if (message is Registration)
            {
                Registers();
            }

            return;
        }

        if (_shuttingDown)
        {
            _coordinator.Tell(new GracefulShutdownReq(Self));
        }

        foreach (var shard in _buffers.Shards.Where(s => !_homes.ContainsKey(s)))
        {
            _coordinator.Tell(new GetShardHome(shard));
        }
    }

    /// <summary>Asks to be registered, again and again, at first often.</summary>
    private void Registers()
    {
        if (_coordinator is not null)
        {
            return;
        }

        if (_oldest is not null)
        {
            object register = _entityProps is null ? new RegisterProxy(Self) : new Register(Self);
            Context.ActorSelection(new RootActorPath(_oldest.Address) / _coordinatorPath).Tell(register);
        }

        Timers.StartSingleTimer(nameof(Registration), Registration.Instance, _registrationInterval);
        var doubled = _registrationInterval * 2;
        _registrationInterval = doubled < _settings.TuningParameters.RetryInterval ? doubled : _settings.TuningParameters.RetryInterval;
    }

    private void OnRegistered(IActorRef coordinator)
    {
        if (coordinator.Equals(_coordinator))
        {
            return;
        }

        _coordinator = Context.Watch(coordinator);
        OnRetry(Retry.Instance);
    }
}
