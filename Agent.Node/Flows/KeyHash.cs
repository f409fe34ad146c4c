using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Agent.Node.Flows;

/// <summary>
/// Hashing by AES rounds or by multiply-and-fold. One set of constants is drawn per process, for tables that strangers' packets
/// fill; another is fixed, for identifiers that must be equal on every host.
/// </summary>
internal static class KeyHash
{
    private const ulong Fixed0 = 0x9e3779b97f4a7c15;
    private const ulong Fixed1 = 0xd6e8feb86659fd93;
    private const ulong Fixed2 = 0xa0761d6478bd642f;
    private const ulong Fixed3 = 0xe7037ed1a0b428db;

    private static readonly ulong Seed0 = Drawn(0);
    private static readonly ulong Seed1 = Drawn(1);
    private static readonly ulong Seed2 = Drawn(2);
    private static readonly ulong Seed3 = Drawn(3);

    /// <summary>For hashes of packets' bytes.</summary>
    internal static readonly long SeedOfBytes = (long)Drawn(4);

    /// <summary>Draws the constants now: code compiled after that has them as immediate values.</summary>
    internal static void Draw() => RuntimeHelpers.RunClassConstructor(typeof(KeyHash).TypeHandle);

    /// <summary>Of a flow's key in this process's tables.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Of(in FlowKey key) => (uint)Wide(key);

    /// <summary>The same with as many bits again, for those who keep no key to compare.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Wide(in FlowKey key) => Aes.IsSupported ? OfByAes(key) : OfByProducts(key);

    /// <summary>Each block through two rounds with secrets of its place, then all together through two more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong OfByAes(in FlowKey key)
    {
        var one = Vector128.Create(Seed0, Seed1);
        var other = Vector128.Create(Seed2, Seed3);
        var a = Rounds(key.LowAddressHigh, key.LowAddressLow, one, other);
        var b = Rounds(key.HighAddressHigh, key.HighAddressLow, other, Vector128.Create(Seed1, Seed2));
        var c = Rounds(key.LowLink, key.HighLink, Vector128.Create(Seed1, Seed3), one);
        var d = Rounds(key.Tags, key.Path, Vector128.Create(Seed3, Seed0), other);
        var e = Rounds(key.NetworkId, key.Parent, Vector128.Create(Seed2, Seed0), one);
        var all = Aes.Encrypt(Aes.Encrypt((a ^ b ^ c ^ d ^ e).AsByte(), other.AsByte()), one.AsByte());
        return all.AsUInt64().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Rounds(ulong low, ulong high, Vector128<ulong> before, Vector128<ulong> key)
    {
        // Not one load of both: they were written one by one just before, and would have to reach the cache first.
        var block = (Vector128.Create(low, high) ^ before).AsByte();
        return Aes.Encrypt(Aes.Encrypt(block, key.AsByte()), before.AsByte()).AsUInt64();
    }

    /// <summary>The same, by multiplication, for processors without AES instructions.</summary>
    internal static ulong OfByProducts(in FlowKey key)
    {
        var hash = Fold(key.LowAddressHigh ^ Seed0, key.LowAddressLow ^ Seed1)
            ^ Fold(key.HighAddressHigh ^ Seed1, key.HighAddressLow ^ Seed2)
            ^ Fold(key.LowLink ^ Seed2, key.HighLink ^ Seed3)
            ^ Fold(key.Tags ^ Seed3, key.Path ^ Seed0)
            ^ Fold(key.NetworkId ^ Seed0, key.Parent ^ Seed2);
        return Fold(hash ^ Seed1, Seed3);
    }

    /// <summary>The same on every host and in every process, for ever.</summary>
    internal static ulong Stable(params ReadOnlySpan<ulong> words)
    {
        var hash = Fixed0 ^ (ulong)words.Length;
        foreach (var word in words)
        {
            hash = Fold(hash ^ Fixed1, word ^ Fixed2) ^ Fold(hash + word, Fixed3);
        }

        return Fold(hash ^ Fixed3, Fixed1);
    }

    /// <inheritdoc cref="Stable(ReadOnlySpan{ulong})"/>
    internal static ulong Stable(string text)
    {
        var hash = Stable((ulong)text.Length);
        foreach (var character in text)
        {
            hash = Fold(hash ^ Fixed1, character ^ Fixed2);
        }

        return hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }

    private static ulong Drawn(ulong number) => Stable(HashSecret.Value, number) | 1;
}

/// <summary>What this process's constants are drawn from. Whatever depends on them happens again with the same.</summary>
internal static class HashSecret
{
    /// <summary>Set before anything is hashed, or not at all.</summary>
    internal static ulong Value { get; set; } = Random();

    /// <summary>A new GUID's last half, but for two bits the kernel's random numbers: RandomNumberGenerator would load OpenSSL, which takes longer than many a capture file.</summary>
    private static ulong Random()
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(bytes);
        return BitConverter.ToUInt64(bytes[sizeof(ulong)..]);
    }
}
