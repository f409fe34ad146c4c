using System.Text.Json.Serialization;

namespace Cli.Doctor;

/// <summary>How it stands with one thing.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict
{
    /// <summary>All of it works.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Some of it doesn't.</summary>
    [JsonStringEnumMemberName("limited")]
    Limited,

    /// <summary>It isn't there.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,

    /// <summary>It can't be told from here, or hasn't been tried.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,
}

/// <summary>One thing an agent's work depends on, and what that means here.</summary>
/// <param name="Area">Where it belongs: "packets".</param>
/// <param name="What">The thing: "CAP_NET_RAW".</param>
/// <param name="Verdict">How it stands.</param>
/// <param name="Why">What is seen, and what isn't.</param>
/// <param name="Remedy">What to do about it; empty when nothing is to be done.</param>
/// <param name="IsEssential">Without it an agent isn't what it's for.</param>
internal sealed record Finding(string Area, string What, Verdict Verdict, string Why, string Remedy = "", bool IsEssential = false);
