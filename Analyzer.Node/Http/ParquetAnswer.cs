using Analyzer.Node.Queries;
using Shared.Messages.Flows;
using Topology.Fabric.Gremlin;
using Topology.Fabric.Gremlin.Evaluation;
using Topology.Fabric.Parquet;

namespace Analyzer.Node.Http;

/// <summary>Flows as an Apache Parquet file, a row group after the other as the flows come.</summary>
/// <remarks>
/// What fails before the first group is an error as any other; later the connection ends without the file's end, so that nobody
/// can read it.
/// </remarks>
internal sealed class ParquetAnswer
{
    private readonly HttpContext _context;
    private readonly long _mostBytes;
    private readonly CancellationToken _stop;
    private readonly MemoryStream _group = new();
    private readonly FlowParquet _file;

    private ParquetAnswer(HttpContext context, long mostBytes, CancellationToken stop)
    {
        _context = context;
        _mostBytes = mostBytes;
        _stop = stop;
        // What's written to an answer has to be written asynchronously, which the file's writer doesn't promise.
        _file = new FlowParquet(_group, stop);
    }

    /// <exception cref="ApiException">The query results in something else than flows.</exception>
    public static void CheckKind(Type result)
    {
        if (result != typeof(FlowsTraversal))
        {
            throw new ApiException(StatusCodes.Status406NotAcceptable, "not-acceptable", $"only flows can be a Parquet file, and the query gives {Traversal.NameOf(result)}", "gremlin");
        }
    }

    /// <exception cref="AnswerTooLargeException">It's larger than it may be.</exception>
    public static async Task WriteAsync(HttpContext context, Traversal result, long mostBytes, CancellationToken stop)
    {
        var answer = new ParquetAnswer(context, mostBytes, stop);
        switch (result)
        {
            case PartsStream { Parts: var parts }:
                await foreach (var part in parts.WithCancellation(stop).ConfigureAwait(false))
                {
                    await answer.AddAsync(part).ConfigureAwait(false);
                }

                break;
            case RowsStream { Rows: var rows }:
                await foreach (var row in rows.WithCancellation(stop).ConfigureAwait(false))
                {
                    await answer.AddAsync(row.Fields.Flow).ConfigureAwait(false);
                }

                break;
            case FlowsTraversal { Flows: var flows }:
                foreach (var flow in flows)
                {
                    await answer.AddAsync(flow).ConfigureAwait(false);
                }

                break;
            default:
                throw new InvalidOperationException($"a query for flows resulted in {result.GetType().Name}");
        }

        await answer._file.EndAsync().ConfigureAwait(false);
        await answer.SendAsync().ConfigureAwait(false);
    }

    private async Task AddAsync(FlowsPart part)
    {
        if (part.Block.IsEmpty)
        {
            return;
        }

        var (fields, count) = FlowAnswer.RowsOf(part);
        for (var i = 0; i < count; i++)
        {
            fields.MoveTo(i);
            await AddAsync(fields.Flow).ConfigureAwait(false);
        }
    }

    private async ValueTask AddAsync(Flow flow)
    {
        if (_file.IsFull)
        {
            await _file.WriteGroupAsync().ConfigureAwait(false);
            await SendAsync().ConfigureAwait(false);
        }

        _file.Add(flow);
    }

    private async Task SendAsync()
    {
        BoundedBuffer.Check(_file.Bytes, _mostBytes);
        if (!_context.Response.HasStarted)
        {
            _context.Response.ContentType = FlowParquet.MediaType;
            _context.Response.Headers.ContentDisposition = "attachment; filename=\"flows.parquet\"";
        }

        await _context.Response.Body.WriteAsync(_group.GetBuffer().AsMemory(0, (int)_group.Length), _stop).ConfigureAwait(false);
        _group.SetLength(0);
    }
}
