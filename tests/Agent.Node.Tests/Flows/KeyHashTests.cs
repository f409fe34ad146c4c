using Agent.Node.Flows;

namespace Agent.Node.Tests.Flows;

public sealed class KeyHashTests
{
    [AesFact]
    public void Keys_that_differ_in_little_spread_over_a_table_as_chance_would_by_AES() => ShouldSpread(key => (uint)KeyHash.OfByAes(key));

    [Fact]
    public void Keys_that_differ_in_little_spread_over_a_table_as_chance_would_by_products() => ShouldSpread(key => (uint)KeyHash.OfByProducts(key));

    [Fact]
    public void Every_word_of_a_key_counts()
    {
        var words = new FlowKey[]
        {
            default, new() { LowAddressHigh = 1 }, new() { LowAddressLow = 1 }, new() { HighAddressHigh = 1 }, new() { HighAddressLow = 1 },
            new() { LowLink = 1 }, new() { HighLink = 1 }, new() { Tags = 1 }, new() { Path = 1 }, new() { NetworkId = 1 }, new() { Parent = 1 },
        };
        words.Select(key => KeyHash.Of(key)).Distinct().Count().ShouldBe(words.Length);
        words.Select(key => KeyHash.OfByProducts(key)).Distinct().Count().ShouldBe(words.Length);
    }

    private static void ShouldSpread(Func<FlowKey, uint> hash)
    {
        const int keys = 1 << 16;
        var places = new int[keys];
        for (var n = 0; n < keys; n++)
        {
            var key = new FlowKey { LowAddressLow = 0x0a000000u + (uint)(n & 0xff), HighLink = (ulong)(n >> 8) << 16, Path = 0x1c81, Tags = 6UL << 48 };
            places[hash(key) & (keys - 1)]++;
        }
        // Of n balls in n bins about n/e bins stay empty, and the fullest has eight or nine.
        ((double)places.Count(place => place == 0) / keys).ShouldBeInRange(0.35, 0.39);
        places.Max().ShouldBeLessThan(16);
    }

    /// <summary>Skipped, with the reason, on processors without AES instructions.</summary>
    private sealed class AesFactAttribute : FactAttribute
    {
        public AesFactAttribute()
        {
            if (!System.Runtime.Intrinsics.X86.Aes.IsSupported)
            {
                Skip = "this processor has no AES instructions";
            }
        }
    }
}
