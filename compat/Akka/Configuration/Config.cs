using System.Diagnostics.CodeAnalysis;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>
/// A tree of settings, immutable. Paths are dotted; an element with dots or blanks is quoted. Getters return the given
/// default where the path is missing, and throw <see cref="ConfigurationException"/> where the value isn't of their type.
/// </summary>
public class Config
{
    public static readonly Config Empty = new();

    private readonly HoconObject _root;

    public Config() => _root = HoconObject.Nothing;

    public Config(HoconRoot root) : this(root.Value.GetObject())
    {
    }

    public Config(Config source, Config fallback) : this(source._root.Over(fallback._root))
    {
    }

    internal Config(HoconObject root) => _root = root;

    public virtual bool IsEmpty => _root.Members.Count == 0;

    public virtual HoconValue Root => new(_root, default);

    public static implicit operator Config(string str) => ConfigurationFactory.ParseString(str);

    public static Config operator +(Config config, string fallback) => config.WithFallback(ConfigurationFactory.ParseString(fallback));

    public static Config operator +(string configHocon, Config fallbackConfig) => ConfigurationFactory.ParseString(configHocon).WithFallback(fallbackConfig);

    public virtual bool HasPath(string path) => Find(path) is not null;

    public HoconValue? GetValue(string path) => Find(path);

    /// <summary>The settings below a path; empty if there are none.</summary>
    public virtual Config GetConfig(string path) => Find(path) is { IsEmpty: false } value ? Convert(path, value, v => new Config(v.GetObject())) : Empty;

    [return: NotNullIfNotNull(nameof(@default))]
    public virtual string? GetString(string path, string? @default = null) => Read(path, @default, v => v.GetString())!;

    public virtual bool GetBoolean(string path, bool @default = false) => Read(path, @default, v => v.GetBoolean());

    public virtual int GetInt(string path, int @default = 0) => Read(path, @default, v => v.GetInt());

    public virtual long GetLong(string path, long @default = 0) => Read(path, @default, v => v.GetLong());

    public virtual float GetFloat(string path, float @default = 0) => Read(path, @default, v => v.GetFloat());

    public virtual double GetDouble(string path, double @default = 0) => Read(path, @default, v => v.GetDouble());

    public virtual decimal GetDecimal(string path, decimal @default = 0) => Read(path, @default, v => v.GetDecimal());

    public virtual long? GetByteSize(string path) => Read(path, null, v => v.GetByteSize());

    public virtual long? GetByteSize(string path, long? def = null) => Read(path, def, v => v.GetByteSize());

    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        Read(path, @default.GetValueOrDefault(), v => v.GetTimeSpan(allowInfinite));

    public virtual IList<string> GetStringList(string path) => Read(path, [], v => v.GetStringList());

    public virtual IList<string> GetStringList(string path, string[] defaultPaths) => Read(path, defaultPaths, v => v.GetStringList());

    public virtual IList<bool> GetBooleanList(string path) => Read(path, [], v => v.GetBooleanList());

    public virtual IList<byte> GetByteList(string path) => Read(path, [], v => v.GetByteList());

    public virtual IList<int> GetIntList(string path) => Read(path, [], v => v.GetIntList());

    public virtual IList<long> GetLongList(string path) => Read(path, [], v => v.GetLongList());

    public virtual IList<float> GetFloatList(string path) => Read(path, [], v => v.GetFloatList());

    public virtual IList<double> GetDoubleList(string path) => Read(path, [], v => v.GetDoubleList());

    public virtual IList<decimal> GetDecimalList(string path) => Read(path, [], v => v.GetDecimalList());

    /// <summary>The keys at the top, with their values.</summary>
    public virtual IEnumerable<KeyValuePair<string, HoconValue>> AsEnumerable() => _root.Members;

    /// <summary>These settings, and those of <paramref name="fallback"/> where these say nothing.</summary>
    public virtual Config WithFallback(Config? fallback)
    {
        if (ReferenceEquals(fallback, this))
            throw new ArgumentException("A configuration can't fall back on itself.", nameof(fallback));
        if (fallback is null || fallback.IsEmpty)
            return this;
        return IsEmpty ? fallback : new Config(_root.Over(fallback._root));
    }

    public override string ToString() => _root.ToString();

    private HoconValue? Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var walk = new ConfigPath(path);
        var at = _root;
        HoconValue? value = null;
        while (walk.MoveNext())
        {
            if (at is null || !at.TryGet(walk.Current, out value))
                return null;
            at = value.IsObject() ? value.GetObject() : null;
        }

        return value;
    }

    private T Read<T>(string path, T @default, Func<HoconValue, T> read) => Find(path) is { } value ? Convert(path, value, read) : @default;

    private static T Convert<T>(string path, HoconValue value, Func<HoconValue, T> read)
    {
        try
        {
            return read(value);
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException($"{path}: {e.Message}", e);
        }
    }
}
