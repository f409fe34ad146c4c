using System.Globalization;
using System.Text.Json;

namespace Analyzer.Node.Http;

/// <summary>A request's body, a JSON object, read field by field; what's wrong with a field names it.</summary>
internal sealed class JsonBody : IDisposable
{
    private readonly JsonDocument _document;
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);

    private JsonBody(JsonDocument document) => _document = document;

    /// <summary>Reads the body.</summary>
    /// <exception cref="ApiException">It isn't a JSON object.</exception>
    public static async Task<JsonBody> ReadAsync(HttpContext context)
    {
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(context.Request.Body, new JsonDocumentOptions { MaxDepth = 16 }, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}");
            throw new ApiException(StatusCodes.Status400BadRequest, "bad-json", "the body isn't JSON: " + e.Message, where);
        }

        var kind = document.RootElement.ValueKind;
        var notText = kind == JsonValueKind.Object ? NotText(document.RootElement) : null;
        if (kind == JsonValueKind.Object && notText is null)
        {
            return new JsonBody(document);
        }

        document.Dispose();
        var message = notText is null ? $"the body should be a JSON object, not {NameOf(kind)}" : "the body holds what is no text: half of a surrogate pair, or bytes that aren't UTF-8";
        throw new ApiException(StatusCodes.Status400BadRequest, "bad-json", message, notText ?? "body");
    }

    public string Text(string name, string otherwise = "") => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        var other => throw Wrong(name, "a text", other),
    };

    public string RequiredText(string name)
    {
        var text = Text(name);
        return string.IsNullOrWhiteSpace(text) ? throw ApiException.BadField(name, $"{name} is missing or empty") : text;
    }

    public bool Flag(string name) => Find(name) switch
    {
        null => false,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        var other => throw Wrong(name, "true or false", other),
    };

    public long Number(string name, long max, long otherwise = 0)
    {
        var element = Find(name);
        if (element is null)
        {
            return otherwise;
        }

        if (element is not { ValueKind: JsonValueKind.Number } number)
        {
            throw Wrong(name, "a whole number", element);
        }

        if (!number.TryGetInt64(out var value))
        {
            throw ApiException.BadField(name, $"{name} should be a whole number, not {number.GetRawText()}");
        }

        return value >= 0 && value <= max
            ? value
            : throw ApiException.BadField(name, string.Create(CultureInfo.InvariantCulture, $"{name} should be from 0 to {max}, not {value}"));
    }

    public byte[] Bytes(string name)
    {
        var text = Text(name);
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? bytes[..length]
            : throw ApiException.BadField(name, $"{name} isn't base64");
    }

    /// <summary>Takes fields of Skydive that mean nothing here, as long as they ask for nothing.</summary>
    public void RefuseUnlessEmpty(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Find(name) is { } element && element.GetRawText() is not ("\"\"" or "0" or "false" or "[]" or "{}"))
            {
                throw ApiException.BadField(name, $"{name} isn't supported");
            }
        }
    }

    /// <summary>Refuses fields nothing has read: most often a typing error that would silently do nothing.</summary>
    public void RefuseUnknown()
    {
        foreach (var property in _document.RootElement.EnumerateObject())
        {
            if (!_read.Contains(property.Name))
            {
                throw ApiException.BadField(property.Name, $"unknown field {property.Name}; there are {string.Join(", ", _read.Order(StringComparer.Ordinal))}");
            }
        }
    }

    public void Dispose() => _document.Dispose();

    // Where a name or a text is that JSON's grammar allows and Unicode doesn't; null when it's nowhere. Only reading it tells.
    private static string? NotText(JsonElement body)
    {
        var where = "body";
        try
        {
            foreach (var property in body.EnumerateObject())
            {
                where = "body";
                where = property.Name;
                if (property.Value.ValueKind == JsonValueKind.String)
                {
                    property.Value.GetString();
                }
            }

            return null;
        }
        catch (InvalidOperationException)
        {
            return where;
        }
    }

    private JsonElement? Find(string name)
    {
        _read.Add(name);
        foreach (var property in _document.RootElement.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && property.Value.ValueKind != JsonValueKind.Null)
            {
                return property.Value;
            }
        }

        return null;
    }

    private static ApiException Wrong(string name, string wanted, JsonElement? found) =>
        ApiException.BadField(name, $"{name} should be {wanted}, not {NameOf(found?.ValueKind ?? JsonValueKind.Null)}");

    private static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
