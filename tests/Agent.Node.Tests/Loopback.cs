using System.Globalization;
using System.Net;

namespace Agent.Node.Tests;

/// <summary>Addresses of this machine that nobody else uses, so that a test may have any port there.</summary>
internal static class Loopback
{
    private static int _last;

    /// <summary>Another one each time, of 127.0.0.0/8: by this process and a count of its own.</summary>
    internal static IPAddress Next()
    {
        var process = (Environment.ProcessId % 0x7fff) + 1;
        return IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"127.{128 | (process >> 8)}.{process & 0xff}.{Interlocked.Increment(ref _last) % 0xff}"));
    }
}
