using System.Collections.Frozen;
using Google.Protobuf;

namespace Shared.Messages.Serialization;

/// <summary>A protocol's message types under their manifests.</summary>
internal sealed class Protocol
{
    private readonly FrozenDictionary<string, MessageParser> _parsers;
    private readonly FrozenDictionary<Type, string> _manifests;

    public Protocol(int identifier, string name, IReadOnlyList<Entry> entries)
    {
        Identifier = identifier;
        Name = name;
        Entries = entries;
        _parsers = entries.ToFrozenDictionary(e => e.Manifest, e => e.Parser);
        _manifests = entries.ToFrozenDictionary(e => e.Parser.GetType().GetGenericArguments()[0], e => e.Manifest);
    }

    /// <summary>Whether a serializer's number is one of these protocols'.</summary>
    public static bool IsOne(int identifier) => identifier is > 1000 and < 2000;

    public int Identifier { get; }

    public string Name { get; }

    public IReadOnlyList<Entry> Entries { get; }

    public string? ManifestOf(IMessage message) => _manifests.GetValueOrDefault(message.GetType());

    public MessageParser? ParserOf(string manifest) => _parsers.GetValueOrDefault(manifest);

    internal readonly record struct Entry(string Manifest, MessageParser Parser);
}
