using System.Runtime.InteropServices;
using Agent.Node.Capture;

namespace Cli.Flows;

/// <summary>
/// Ctrl-C and SIGTERM: reading ends, and what was read is printed. Who writes into our standard input got the same
/// signal and may have some packets left to write, so a live input gets a moment to end by itself. A second signal
/// ends the process.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private const int SignalBase = 128;
    private const int Interrupted = 2;
    private const int Terminated = 15;
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private PosixSignalRegistration[] _registrations = [];
    private CaptureInput? _input;
    private Timer? _grace;

    internal CancellationToken Token => _stop.Token;

    /// <summary>A signal came.</summary>
    internal bool IsRequested => ExitCode != 0;

    /// <summary>As shells tell which signal it was; 0 without one.</summary>
    internal int ExitCode { get; private set; }

    /// <summary>Listens to the signals.</summary>
    internal void Listen() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = Request(SignalBase + Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = Request(SignalBase + Terminated)),
    ];

    /// <summary>True the first time; false: don't wait for us.</summary>
    internal bool Request(int exitCode)
    {
        lock (_lock)
        {
            if (IsRequested)
            {
                return false;
            }

            ExitCode = exitCode;
            if (_input is { IsLive: true })
            {
                _grace = new Timer(_ => Stop(), null, Grace, Timeout.InfiniteTimeSpan);
            }
            else
            {
                _stop.Cancel();
            }

            return true;
        }
    }

    /// <summary>While the result isn't disposed, a signal ends this input.</summary>
    internal Reading StopsReading(CaptureInput input)
    {
        lock (_lock)
        {
            _input = input;
            if (IsRequested)
            {
                input.Stop();
            }
        }
        return new Reading(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _grace?.Dispose();
        _stop.Dispose();
    }

    private void Stop()
    {
        lock (_lock)
        {
            if (_input is null)
            {
                return;
            }

            _stop.Cancel();
            _input.Stop();
        }
    }

    /// <summary>An input being read.</summary>
    internal readonly struct Reading(Interruption interruption) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose()
        {
            lock (interruption._lock)
            {
                interruption._input = null;
            }
        }
    }
}
