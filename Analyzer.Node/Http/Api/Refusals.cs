namespace Analyzer.Node.Http.Api;

/// <summary>Registries refuse in words that begin with the field at fault: "Src: no node matches …".</summary>
internal static class Refusals
{
    /// <exception cref="ApiException">There is a refusal.</exception>
    public static void Throw(string? refusal)
    {
        if (refusal is not null)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "refused", refusal, FieldOf(refusal));
        }
    }

    public static string? FieldOf(string reason)
    {
        var colon = reason.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && reason[..colon].All(char.IsAsciiLetter) ? reason[..colon] : null;
    }
}
