namespace Agent.Node.Decoding.Applications;

/// <summary>The head of an HTTP/1 request at the start of a segment (RFC 9112, 3; Host: RFC 9110, 7.2), as far as it was captured.</summary>
internal ref struct HttpRequest
{
    private const int LongestMethod = 20;
    private const int LongestLine = 4096;

    internal ReadOnlySpan<byte> Method { get; private set; }

    /// <summary>The request's target without query; empty when it isn't a path.</summary>
    internal ReadOnlySpan<byte> Path { get; private set; }

    /// <summary>The path ends where it does, not where the capture does.</summary>
    internal bool IsPathWhole { get; private set; }

    /// <summary>The Host header's value, or the host of an absolute target; empty when not seen whole.</summary>
    internal ReadOnlySpan<byte> Host { get; private set; }

    /// <summary>All that's told of it was there.</summary>
    internal bool IsWhole { get; private set; }

    /// <summary>HTTP/2's first words where both ends know that they speak it (RFC 9113, 3.4).</summary>
    internal static ReadOnlySpan<byte> Preface2 => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Whether what is there so far may become a request.</summary>
    internal static bool MayBegin(ReadOnlySpan<byte> data)
    {
        data = WithoutEmptyLines(data);
        if (data.Length < Preface2.Length && Preface2.StartsWith(data))
        {
            return true;
        }

        var methodEnd = data.IndexOfAnyExceptInRange((byte)'A', (byte)'Z');
        return methodEnd < 0 ? data.Length <= LongestMethod : data[methodEnd] == ' ' && IsKnown(data[..methodEnd]) && data.Length < LongestLine && !data.Contains((byte)'\n');
    }

    /// <summary>RFC 9112, 2.2: some clients send an empty line before a request.</summary>
    internal static ReadOnlySpan<byte> WithoutEmptyLines(ReadOnlySpan<byte> data) => data.TrimStart("\r\n"u8);

    /// <summary>False when it isn't a request.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out HttpRequest request)
    {
        request = default;
        data = WithoutEmptyLines(data);
        if (data.Length == 0 || data[0] is not (>= (byte)'A' and <= (byte)'Z'))
        {
            return false;
        }

        var methodEnd = data[..Math.Min(data.Length, LongestMethod)].IndexOf((byte)' ');
        if (methodEnd < 1 || data[..methodEnd].IndexOfAnyExceptInRange((byte)'A', (byte)'Z') is var other && other >= 0 && data[other] is not ((byte)'-' or (byte)'_'))
        {
            return false;
        }

        request.Method = data[..methodEnd];
        var line = data[(methodEnd + 1)..];
        var lineEnd = line.IndexOf((byte)'\n');
        var hasLineEnd = lineEnd >= 0;
        if (hasLineEnd)
        {
            line = line[..lineEnd];
        }

        var targetEnd = line.IndexOf((byte)' ');
        if (targetEnd == 0 || !HasVersion(targetEnd < 0 ? default : line[(targetEnd + 1)..], hasLineEnd))
        {
            return false;
        }
        // Without a version, that the capture didn't reach, the method must be one we know.
        if (!hasLineEnd && !IsKnown(request.Method))
        {
            return false;
        }

        request.SetTarget(targetEnd < 0 ? line : line[..targetEnd], targetEnd >= 0);
        if (hasLineEnd)
        {
            var headers = data[(methodEnd + 1 + lineEnd + 1)..];
            if (HttpHeaders.Find(headers, "host"u8) is { Length: > 0 } host)
            {
                request.Host = host;
            }

            request.IsWhole = !request.Host.IsEmpty || HttpHeaders.HasEnd(headers);
        }

        return true;
    }

    private static bool HasVersion(ReadOnlySpan<byte> rest, bool isWhole)
    {
        var version = "HTTP/1."u8;
        return rest.Length >= version.Length ? rest.StartsWith(version) : !isWhole && version.StartsWith(rest);
    }

    private static bool IsKnown(ReadOnlySpan<byte> method) =>
        method.SequenceEqual("GET"u8) || method.SequenceEqual("POST"u8) || method.SequenceEqual("HEAD"u8) || method.SequenceEqual("PUT"u8) || method.SequenceEqual("DELETE"u8)
        || method.SequenceEqual("OPTIONS"u8) || method.SequenceEqual("CONNECT"u8) || method.SequenceEqual("PATCH"u8) || method.SequenceEqual("TRACE"u8);

    // RFC 9112, 3.2: a path, an absolute URI to a proxy, host and port to connect to, or *.
    private void SetTarget(ReadOnlySpan<byte> target, bool isWhole)
    {
        if (Method.SequenceEqual("CONNECT"u8))
        {
            if (isWhole)
            {
                Host = target;
            }

            return;
        }
        if (target.StartsWith("http://"u8))
        {
            target = target["http://"u8.Length..];
            var authorityEnd = target.IndexOfAny((byte)'/', (byte)'?');
            if (authorityEnd < 0)
            {
                if (isWhole)
                {
                    Host = target;
                }

                return;
            }
            Host = target[..authorityEnd];
            target = target[authorityEnd..];
        }
        var query = target.IndexOf((byte)'?');
        Path = query < 0 ? target : target[..query];
        IsPathWhole = isWhole || query >= 0;
    }
}

/// <summary>The status line of an HTTP/1 response at the start of a segment (RFC 9112, 4).</summary>
internal static class HttpResponse
{
    private const int StatusOffset = 9;
    private const int StatusLength = 3;

    /// <summary>Whether what is there so far may become a status line.</summary>
    internal static bool MayBegin(ReadOnlySpan<byte> data) =>
        data.Length < StatusOffset + StatusLength && data[..Math.Min(data.Length, "HTTP/1."u8.Length)].SequenceEqual("HTTP/1."u8[..Math.Min(data.Length, "HTTP/1."u8.Length)]);

    /// <summary>False when it isn't a status line.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, out int status)
    {
        status = 0;
        if (data.Length < StatusOffset + StatusLength || !data.StartsWith("HTTP/1."u8) || !IsDigit(data[7]) || data[8] != ' ')
        {
            return false;
        }

        foreach (var digit in data.Slice(StatusOffset, StatusLength))
        {
            if (!IsDigit(digit))
            {
                return false;
            }

            status = (10 * status) + digit - '0';
        }
        return data.Length == StatusOffset + StatusLength || !IsDigit(data[StatusOffset + StatusLength]);
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';
}

/// <summary>Header fields of HTTP/1 (RFC 9112, 5).</summary>
internal static class HttpHeaders
{
    /// <summary>Whether the empty line behind them was there.</summary>
    internal static bool HasEnd(ReadOnlySpan<byte> headers) =>
        headers.StartsWith("\r\n"u8) || headers.StartsWith("\n"u8) || headers.IndexOf("\r\n\r\n"u8) >= 0 || headers.IndexOf("\n\n"u8) >= 0;

    /// <summary>The value of the first header of this name (lower case), if its line's end was captured; else empty.</summary>
    internal static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> name)
    {
        while (true)
        {
            var end = headers.IndexOf((byte)'\n');
            if (end < 0)
            {
                return default;
            }

            var line = headers[..end].TrimEnd((byte)'\r');
            if (line.IsEmpty)
            {
                return default;
            }

            if (line.Length > name.Length && line[name.Length] == ':' && System.Text.Ascii.EqualsIgnoreCase(line[..name.Length], name))
            {
                return line[(name.Length + 1)..].Trim(" \t"u8);
            }

            headers = headers[(end + 1)..];
        }
    }
}
