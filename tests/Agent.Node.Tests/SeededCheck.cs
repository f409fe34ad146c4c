using System.Globalization;
using FsCheck;
using Microsoft.FSharp.Core;
using Xunit.Abstractions;

namespace Agent.Node.Tests;

/// <summary>Properties on values of chance, others in each run: the output has the seed, and SKYDIVE_CHECK_SEED=n tries the same values again.</summary>
internal static class SeededCheck
{
    private const string SeedVariable = "SKYDIVE_CHECK_SEED";

    internal static void Holds(Property property, ITestOutputHelper output)
    {
        var seed = Environment.GetEnvironmentVariable(SeedVariable) is { } given ? ulong.Parse(given, CultureInfo.InvariantCulture) : (ulong)Random.Shared.NextInt64();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{SeedVariable}={seed} tries these values again"));
        var replay = new Replay(new Rnd(seed), FSharpOption<int>.None);
        Check.One(Config.QuickThrowOnFailure.WithReplay(FSharpOption<Replay>.Some(replay)), property);
    }
}
