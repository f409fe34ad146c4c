namespace Analyzer.Node.Http;

/// <summary>A request that can't be served: becomes the answer's status and {"error":{code,message,where}}.</summary>
internal sealed class ApiException(int status, string code, string message, string? where = null) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>A word for programs: "bad-json", "not-found".</summary>
    public string Code { get; } = code;

    /// <summary>The field, path or column at fault.</summary>
    public string? Where { get; } = where;

    public static ApiException BadField(string field, string message) => new(StatusCodes.Status400BadRequest, "bad-field", message, field);

    public static ApiException NotFound(string message, string? where = null) => new(StatusCodes.Status404NotFound, "not-found", message, where);

    public static ApiException Unavailable(string message) => new(StatusCodes.Status503ServiceUnavailable, "unavailable", message);
}
