using System.Collections.Concurrent;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Shared.Messages.Configuration;
using Shared.Messages.Telemetry;

namespace Analyzer.Node.Http.Access;

/// <summary>How much one client, and all together, may have at a time.</summary>
internal static class Limits
{
    private const int Burst = 5;

    /// <summary>Bodies above this are few at a time, being whole in memory.</summary>
    internal const int SmallBody = 64 << 10;

    // A turn isn't to be held by who sends hardly anything.
    private static readonly MinDataRate LeastRate = new(bytesPerSecond: 16 << 10, gracePeriod: TimeSpan.FromSeconds(10));

    private const int LargeBodies = 8;
    private const int LargeBodiesOfClient = 2;

    /// <summary>Requests of a client in a second.</summary>
    public static IServiceCollection AddRequestLimits(this IServiceCollection services, HttpOptions options) => services.AddRateLimiter(limiter =>
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = (rejected, _) =>
        {
            ListenerMetrics.CountRefused("http", "requests");
            rejected.HttpContext.Response.Headers.RetryAfter = "1";
            return ValueTask.CompletedTask;
        };
        if (options.RequestsPerSecond > 0)
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => RateLimitPartition.GetTokenBucketLimiter(ClientOf(context.Connection.RemoteIpAddress), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = Burst * options.RequestsPerSecond,
                TokensPerPeriod = options.RequestsPerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            }));
        }
    });

    /// <summary>Large bodies wait for their turn, of each client and of all.</summary>
    public static void UseBodyLimits(this IApplicationBuilder application)
    {
        var limiter = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => RateLimitPartition.GetConcurrencyLimiter(ClientOf(context.Connection.RemoteIpAddress), _ => new ConcurrencyLimiterOptions { PermitLimit = LargeBodiesOfClient, QueueLimit = LargeBodies })),
            PartitionedRateLimiter.Create<HttpContext, int>(_ => RateLimitPartition.GetConcurrencyLimiter(0, _ => new ConcurrencyLimiterOptions { PermitLimit = LargeBodies, QueueLimit = LargeBodies })));
        application.Use(async (context, next) =>
        {
            await using var body = new CountedBody(context, limiter);
            context.Request.Body = body;
            await next(context).ConfigureAwait(false);
        });
    }

    /// <summary>Open connections; further ones are closed as they come.</summary>
    public static IConnectionBuilder UseConnectionLimits(this IConnectionBuilder connections, HttpOptions options)
    {
        var open = new ConcurrentDictionary<IPAddress, int>();
        var all = 0;
        return connections.Use(next => async connection =>
        {
            var client = ClientOf((connection.RemoteEndPoint as IPEndPoint)?.Address);
            var ofClient = open.AddOrUpdate(client, 1, (_, count) => count + 1);
            try
            {
                if (Interlocked.Increment(ref all) > options.MaxConnections || ofClient > options.MaxConnectionsPerClient)
                {
                    ListenerMetrics.CountRefused("http", "connections");
                    connection.Abort();
                    return;
                }

                await next(connection).ConfigureAwait(false);
            }
            finally
            {
                Interlocked.Decrement(ref all);
                if (open.AddOrUpdate(client, 0, (_, count) => count - 1) <= 0)
                {
                    open.TryRemove(KeyValuePair.Create(client, 0));
                }
            }
        });
    }

    // Who has one IPv6 address has its /64.
    private static IPAddress ClientOf(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    /// <summary>A body that takes its turn when it turns out to be large: how large it is isn't always said before.</summary>
    private sealed class CountedBody(HttpContext context, PartitionedRateLimiter<HttpContext> limiter) : Stream
    {
        private readonly Stream _body = context.Request.Body;
        private long _length;
        private RateLimitLease? _turn;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var length = await _body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _length += length;
            if (_length > SmallBody && _turn is null)
            {
                if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
                {
                    rate.MinDataRate = LeastRate;
                }

                _turn = await limiter.AcquireAsync(context, 1, cancellationToken).ConfigureAwait(false);
                if (!_turn.IsAcquired)
                {
                    ListenerMetrics.CountRefused("http", "bodies");
                    throw new ApiException(StatusCodes.Status429TooManyRequests, "too-many", "too many large bodies are on their way: try again");
                }
            }

            return length;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("bodies are read asynchronously");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _turn?.Dispose();
            base.Dispose(disposing);
        }
    }
}
