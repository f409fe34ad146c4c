using Akka.Actor;
using Analyzer.Node.Logging;
using Analyzer.Node.Queries;
using Analyzer.Node.Selection;
using Microsoft.Extensions.Logging;
using Topology.Fabric.Gremlin;

namespace Analyzer.Node.Http;

/// <summary>Middleware that makes every failure, and every answer without a body, an answer in JSON that says what and where.</summary>
internal sealed class ErrorAnswers(RequestDelegate next, ILogger<ErrorAnswers> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
            {
                await JsonAnswer.WriteErrorAsync(context, OfStatus(context)).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or FlowQueryException && context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await JsonAnswer.WriteErrorAsync(context, OfException(e, context)).ConfigureAwait(false);
        }
    }

    /// <summary>A query has had its time.</summary>
    internal static ApiException TooLong =>
        new(StatusCodes.Status503ServiceUnavailable, "timeout", "the answer wasn't whole when the query's time was over (skydive.analyzer.http.query-timeout): select less, or end it with Limit", "GremlinQuery");

    private static ApiException OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => ApiException.NotFound($"there is nothing at {context.Request.Path}", context.Request.Path),
        StatusCodes.Status405MethodNotAllowed => new(
            StatusCodes.Status405MethodNotAllowed, "method-not-allowed", $"{context.Request.Path} doesn't take {context.Request.Method}", context.Request.Path),
        StatusCodes.Status429TooManyRequests => new(StatusCodes.Status429TooManyRequests, "too-many", "too many requests: wait a second"),
        var status => new(status, "refused", $"the request was refused with status {status}", context.Request.Path),
    };

    private ApiException OfException(Exception exception, HttpContext context)
    {
        if (exception is not OperationCanceledException && Known(exception) is { } known)
        {
            return known;
        }

        switch (exception)
        {
            case AskTimeoutException or TimeoutException or OperationCanceledException:
                log.RequestTooLong(exception, context.Request.Method, context.Request.Path.Value);
                return new(StatusCodes.Status503ServiceUnavailable, "timeout", "the analyzer didn't get an answer in time; see /health/ready", context.Request.Path);
            default:
                log.RequestFailed(exception, context.Request.Method, context.Request.Path.Value);
                return new(StatusCodes.Status500InternalServerError, "internal", "the analyzer failed at this request; its log says why", context.Request.Path);
        }
    }

    /// <summary>What's told of a failure that says itself what it is; null: it doesn't.</summary>
    internal static ApiException? Known(Exception exception)
    {
        switch (exception)
        {
            case ApiException api:
                return api;
            case GremlinException gremlin:
                return new(StatusCodes.Status400BadRequest, "bad-query", gremlin.Message, $"GremlinQuery, line {gremlin.Line}, column {gremlin.Column}");
            case NodeSelectionException selection:
                return new(StatusCodes.Status400BadRequest, "bad-query", selection.Message, "GremlinQuery");
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } tooLarge:
                return new(tooLarge.StatusCode, "too-large", "the request's body is too large", "body");
            case BadHttpRequestException bad:
                return new(bad.StatusCode, "bad-request", bad.Message, "request");
            case FlowQueryException flows:
                return new(StatusCodes.Status503ServiceUnavailable, "unavailable", flows.Message, "flows");
            case OperationCanceledException:
                return TooLong;
            case AnswerTooLargeException tooLarge:
                return new(StatusCodes.Status400BadRequest, "too-much", tooLarge.Message, "GremlinQuery");
            default:
                return null;
        }
    }
}
