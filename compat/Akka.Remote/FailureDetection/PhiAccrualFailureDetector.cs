using Akka.Configuration;
using Akka.Event;

namespace Akka.Remote;

/// <summary>
/// The phi accrual failure detector of Hayashibara et al.: phi is -log10 of the probability that a heartbeat comes even later
/// than now, judged by the past intervals. Above the threshold the peer is held to be gone.
/// </summary>
public class PhiAccrualFailureDetector : FailureDetector
{
    private readonly double _threshold;
    private readonly double _minStandardDeviation;
    private readonly double _acceptablePause;
    private readonly Clock _clock;
    private readonly HeartbeatHistory _history;
    private readonly Lock _gate = new();
    private long? _last;

    public PhiAccrualFailureDetector(
        double threshold, int maxSampleSize, TimeSpan minStdDeviation, TimeSpan acceptableHeartbeatPause, TimeSpan firstHeartbeatEstimate, Clock? clock = null)
        : this(clock ?? DefaultClock, threshold, maxSampleSize, minStdDeviation, acceptableHeartbeatPause, firstHeartbeatEstimate)
    {
    }

    /// <param name="config">The section of one detector: threshold, max-sample-size, min-std-deviation, acceptable-heartbeat-pause, heartbeat-interval.</param>
    /// <param name="ev">Unused.</param>
    public PhiAccrualFailureDetector(Config config, EventStream ev)
        : this(
            DefaultClock,
            config.GetDouble("threshold"),
            config.GetInt("max-sample-size"),
            config.GetTimeSpan("min-std-deviation"),
            config.GetTimeSpan("acceptable-heartbeat-pause"),
            config.GetTimeSpan("heartbeat-interval"))
    {
    }

    private PhiAccrualFailureDetector(Clock clock, double threshold, int maxSampleSize, TimeSpan minStdDeviation, TimeSpan acceptableHeartbeatPause, TimeSpan firstHeartbeatEstimate)
    {
        if (threshold <= 0)
            throw new ArgumentException("threshold has to be above zero.", nameof(threshold));
        if (maxSampleSize <= 0)
            throw new ArgumentException("max-sample-size has to be above zero.", nameof(maxSampleSize));
        if (minStdDeviation <= TimeSpan.Zero)
            throw new ArgumentException("min-std-deviation has to be above zero.", nameof(minStdDeviation));
        if (acceptableHeartbeatPause < TimeSpan.Zero)
            throw new ArgumentException("acceptable-heartbeat-pause can't be negative.", nameof(acceptableHeartbeatPause));
        if (firstHeartbeatEstimate <= TimeSpan.Zero)
            throw new ArgumentException("heartbeat-interval has to be above zero.", nameof(firstHeartbeatEstimate));
        _clock = clock;
        _threshold = threshold;
        _minStandardDeviation = minStdDeviation.TotalMilliseconds;
        _acceptablePause = acceptableHeartbeatPause.TotalMilliseconds;
        // With no past yet, two made-up intervals allow for a wide deviation around the estimate.
        _history = new HeartbeatHistory(maxSampleSize);
        var mean = firstHeartbeatEstimate.TotalMilliseconds;
        _history.Add(mean - (mean / 4));
        _history.Add(mean + (mean / 4));
    }

    /// <summary>Whom this watches, for logs.</summary>
    public string Address { get; set; } = "N/A";

    public override bool IsAvailable
    {
        get
        {
            lock (_gate)
                return PhiAt(_clock()) < _threshold;
        }
    }

    public override bool IsMonitoring
    {
        get
        {
            lock (_gate)
                return _last is not null;
        }
    }

    internal double CurrentPhi
    {
        get
        {
            lock (_gate)
                return PhiAt(_clock());
        }
    }

    public override void HeartBeat()
    {
        lock (_gate)
        {
            var now = _clock();
            // The interval across an outage says nothing about the peer's rhythm.
            if (_last is { } last && PhiAt(now) < _threshold)
                _history.Add(now - last);
            _last = now;
        }
    }

    /// <summary>A logistic approximation of the normal distribution's tail.</summary>
    internal static double Phi(double elapsed, double mean, double standardDeviation)
    {
        var y = (elapsed - mean) / standardDeviation;
        var e = Math.Exp(-y * (1.5976 + (0.070566 * y * y)));
        return elapsed > mean ? -Math.Log10(e / (1 + e)) : -Math.Log10(1 - (1 / (1 + e)));
    }

    private double PhiAt(long now) => _last is { } last
        ? Phi(now - last, _history.Mean + _acceptablePause, Math.Max(_history.StandardDeviation, _minStandardDeviation))
        : 0;

    /// <summary>The latest intervals, with their mean and deviation at hand.</summary>
    private sealed class HeartbeatHistory(int capacity)
    {
        private readonly Queue<double> _intervals = new();
        private double _sum;
        private double _squares;

        public double Mean => _sum / _intervals.Count;

        public double StandardDeviation => Math.Sqrt(Math.Max(0, (_squares / _intervals.Count) - (Mean * Mean)));

        public void Add(double interval)
        {
            if (_intervals.Count >= capacity)
            {
                var oldest = _intervals.Dequeue();
                _sum -= oldest;
                _squares -= oldest * oldest;
            }

            _intervals.Enqueue(interval);
            _sum += interval;
            _squares += interval * interval;
        }
    }
}
