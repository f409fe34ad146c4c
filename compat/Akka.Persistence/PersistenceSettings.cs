using Akka.Actor;
using Akka.Configuration;

namespace Akka.Persistence;

/// <summary>Section <c>akka.persistence</c>, as far as it isn't a plugin's own.</summary>
public sealed class PersistenceSettings : Settings
{
    public PersistenceSettings(ActorSystem system, Config config) : base(system, config) =>
        AtLeastOnceDelivery = new AtLeastOnceDeliverySettings(config);

    public AtLeastOnceDeliverySettings AtLeastOnceDelivery { get; set; }

    /// <summary>Section <c>akka.persistence.at-least-once-delivery</c>.</summary>
    public sealed class AtLeastOnceDeliverySettings
    {
        public AtLeastOnceDeliverySettings(TimeSpan redeliverInterval, int redeliveryBurstLimit, int warnAfterNumberOfUnconfirmedAttempts, int maxUnconfirmedMessages)
        {
            RedeliverInterval = redeliverInterval;
            RedeliveryBurstLimit = redeliveryBurstLimit;
            WarnAfterNumberOfUnconfirmedAttempts = warnAfterNumberOfUnconfirmedAttempts;
            MaxUnconfirmedMessages = maxUnconfirmedMessages;
        }

        public AtLeastOnceDeliverySettings(Config config) : this(
            config.GetTimeSpan("at-least-once-delivery.redeliver-interval", TimeSpan.FromSeconds(5)),
            config.GetInt("at-least-once-delivery.redelivery-burst-limit", 10000),
            config.GetInt("at-least-once-delivery.warn-after-number-of-unconfirmed-attempts", 5),
            config.GetInt("at-least-once-delivery.max-unconfirmed-messages", 100000))
        {
        }

        public TimeSpan RedeliverInterval { get; }

        /// <summary>How many messages are sent again at one tick, at most.</summary>
        public int RedeliveryBurstLimit { get; }

        public int WarnAfterNumberOfUnconfirmedAttempts { get; }

        public int MaxUnconfirmedMessages { get; }

        public AtLeastOnceDeliverySettings WithRedeliverInterval(TimeSpan redeliverInterval) =>
            new(redeliverInterval, RedeliveryBurstLimit, WarnAfterNumberOfUnconfirmedAttempts, MaxUnconfirmedMessages);

        public AtLeastOnceDeliverySettings WithRedeliveryBurstLimit(int redeliveryBurstLimit) =>
            new(RedeliverInterval, redeliveryBurstLimit, WarnAfterNumberOfUnconfirmedAttempts, MaxUnconfirmedMessages);

        public AtLeastOnceDeliverySettings WithUnconfirmedAttemptsToWarn(int unconfirmedAttemptsToWarn) =>
            new(RedeliverInterval, RedeliveryBurstLimit, unconfirmedAttemptsToWarn, MaxUnconfirmedMessages);

        public AtLeastOnceDeliverySettings WithMaxUnconfirmedMessages(int maxUnconfirmedMessages) =>
            new(RedeliverInterval, RedeliveryBurstLimit, WarnAfterNumberOfUnconfirmedAttempts, maxUnconfirmedMessages);
    }
}
