using Akka.Actor;
using Akka.Configuration;

namespace Akka.TestKit;

/// <summary>The akka.test section.</summary>
public class TestKitSettings : IExtension
{
    public TestKitSettings(Config config)
    {
        DefaultTimeout = config.GetTimeSpan("akka.test.default-timeout", allowInfinite: false);
        SingleExpectDefault = config.GetTimeSpan("akka.test.single-expect-default", allowInfinite: false);
        TestEventFilterLeeway = config.GetTimeSpan("akka.test.filter-leeway", allowInfinite: false);
        TestTimeFactor = config.GetDouble("akka.test.timefactor");
        if (TestTimeFactor <= 0) throw new ConfigurationException($"akka.test.timefactor must be more than 0, is {TestTimeFactor}.");
    }

    public TimeSpan DefaultTimeout { get; }

    /// <summary>How long an expectation waits that says nothing itself.</summary>
    public TimeSpan SingleExpectDefault { get; }

    public TimeSpan TestEventFilterLeeway { get; }

    /// <summary>What all durations are multiplied with, for slow machines.</summary>
    public double TestTimeFactor { get; }
}

public class TestKitExtension : ExtensionIdProvider<TestKitSettings>
{
    public override TestKitSettings CreateExtension(ExtendedActorSystem system) => new(system.Settings.Config);

    public static TestKitSettings For(ActorSystem system) => system.GetExtension<TestKitSettings>();
}
