using Akka.Remote;

namespace Compat.Remote.Tests;

public sealed class FailureDetectorTests
{
    private long _now = 10_000;

    private PhiAccrualFailureDetector Phi(double threshold = 8, int pause = 0) => new(
        threshold, 1000, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(pause), TimeSpan.FromMilliseconds(1000), () => _now);

    private void Beat(FailureDetector detector, params int[] intervals)
    {
        foreach (var interval in intervals)
        {
            _now += interval;
            detector.HeartBeat();
        }
    }

    [Fact]
    public void A_peer_that_was_never_heard_is_available_and_not_monitored()
    {
        var detector = Phi();
        _now += 1_000_000;
        detector.IsAvailable.ShouldBeTrue();
        detector.IsMonitoring.ShouldBeFalse();
    }

    [Fact]
    public void A_peer_with_regular_heartbeats_is_available()
    {
        var detector = Phi();
        Beat(detector, 0, 1000, 100, 100);
        detector.IsMonitoring.ShouldBeTrue();
        detector.IsAvailable.ShouldBeTrue();
    }

    [Fact]
    public void A_peer_that_falls_silent_is_not_and_is_again_once_it_is_heard()
    {
        var detector = Phi(threshold: 3);
        Beat(detector, 0, 1000, 100, 100);
        _now += 7000;
        detector.IsAvailable.ShouldBeFalse();
        Beat(detector, 100, 900);
        detector.IsAvailable.ShouldBeTrue();
    }

    [Fact]
    public void An_acceptable_pause_is_put_up_with()
    {
        var detector = Phi(threshold: 8, pause: 3000);
        Beat(detector, 0, 1000, 1000, 1000, 1000);
        _now += 4000;
        detector.IsAvailable.ShouldBeTrue();
        _now += 5000;
        detector.IsAvailable.ShouldBeFalse();
    }

    [Fact]
    public void An_outage_does_not_teach_patience()
    {
        var detector = Phi(threshold: 8, pause: 0);
        Beat(detector, 0, 1000, 1000, 1000, 1000);
        _now += 60_000;
        detector.IsAvailable.ShouldBeFalse();
        Beat(detector, 0, 1000, 1000);
        _now += 10_000;
        detector.IsAvailable.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0, 100, 100, 1000)]
    [InlineData(8, 0, 100, 1000)]
    [InlineData(8, 100, 0, 1000)]
    [InlineData(8, 100, 100, 0)]
    public void Settings_that_make_no_sense_are_refused(double threshold, int samples, int deviation, int estimate) =>
        Should.Throw<ArgumentException>(() => new PhiAccrualFailureDetector(
            threshold, samples, TimeSpan.FromMilliseconds(deviation), TimeSpan.Zero, TimeSpan.FromMilliseconds(estimate), () => _now));

    [Fact]
    public void A_deadline_is_kept_or_missed()
    {
        var detector = new DeadlineFailureDetector(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1), () => _now);
        detector.IsAvailable.ShouldBeTrue();
        detector.IsMonitoring.ShouldBeFalse();
        detector.HeartBeat();
        _now += 4_900;
        detector.IsAvailable.ShouldBeTrue();
        _now += 200;
        detector.IsAvailable.ShouldBeFalse();
    }

    [Fact]
    public void A_registry_keeps_a_detector_for_each_resource()
    {
        var registry = new DefaultFailureDetectorRegistry<string>(() => new DeadlineFailureDetector(TimeSpan.FromSeconds(1), TimeSpan.Zero, () => _now));
        registry.IsAvailable("a").ShouldBeTrue();
        registry.IsMonitoring("a").ShouldBeFalse();
        registry.Heartbeat("a");
        _now += 2000;
        registry.Heartbeat("b");
        registry.IsAvailable("a").ShouldBeFalse();
        registry.IsAvailable("b").ShouldBeTrue();
        registry.Remove("a");
        registry.IsAvailable("a").ShouldBeTrue();
        registry.IsMonitoring("a").ShouldBeFalse();
        registry.Reset();
        registry.IsMonitoring("b").ShouldBeFalse();
    }
}
