namespace Shared.Messages.Configuration;

/// <summary>Names of hosts: ids of entities, and part of their ids in the journal, of actor paths and of addresses.</summary>
public static class HostId
{
    /// <summary>Letters of the longest: a name in DNS has no more.</summary>
    public const int MaxLength = 253;

    /// <summary>Whether a host can have this name.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
