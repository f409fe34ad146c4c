namespace Agent.Node.Probes.Netlink;

/// <summary>The dumps wanted of one socket. The kernel runs one at a time per socket; each table waits at most once.</summary>
internal sealed class DumpQueue(NetlinkSocket socket)
{
    private readonly Lock _gate = new();
    private readonly List<NetlinkTable> _waiting = [];
    private uint _sequence;
    private Dump? _running;

    internal sealed record Dump(NetlinkTable Table, uint Sequence, bool Announced, bool Interrupted);

    public Dump? Running
    {
        get
        {
            lock (_gate)
            {
                return _running;
            }
        }
    }

    public void Want(NetlinkTable table)
    {
        lock (_gate)
        {
            if (!_waiting.Contains(table))
            {
                _waiting.Add(table);
            }

            StartNext();
        }
    }

    /// <summary>The running dump's first part arrived.</summary>
    public void Announced()
    {
        lock (_gate)
        {
            _running = _running! with { Announced = true };
        }
    }

    /// <summary>The running dump missed changes made meanwhile: it has to be made again.</summary>
    public void Interrupted()
    {
        lock (_gate)
        {
            _running = _running! with { Interrupted = true };
        }
    }

    /// <summary>The running dump's last part arrived. False when it doesn't count, and was asked for again.</summary>
    public bool Ended()
    {
        lock (_gate)
        {
            var (table, interrupted) = (_running!.Table, _running.Interrupted);
            _running = null;
            if (interrupted && !_waiting.Contains(table))
            {
                _waiting.Insert(0, table);
            }

            StartNext();
            return !interrupted;
        }
    }

    private void StartNext()
    {
        if (_running is not null || _waiting.Count == 0)
        {
            return;
        }

        var table = _waiting[0];
        _waiting.RemoveAt(0);
        _running = new Dump(table, ++_sequence, Announced: false, Interrupted: false);
        socket.Send(NetlinkRequest.Dump(table, _sequence));
    }
}
