using System.Globalization;
using System.Runtime.CompilerServices;
using Agent.Node.Flows;

namespace Agent.Node.Tests.Flows;

/// <summary>A run's hash secret, where SKYDIVE_HASH_SECRET gives it: what failed by chance fails again with the secret it told.</summary>
internal static class ChosenHashSecret
{
    private const string Variable = "SKYDIVE_HASH_SECRET";

    /// <summary>For a failure's message.</summary>
    internal static string Again => $"{Variable}={HashSecret.Value:x}";

    [ModuleInitializer]
    internal static void Choose()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text)
        {
            HashSecret.Value = ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }
    }
}
