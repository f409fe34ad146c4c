using System.Globalization;

namespace Akka.Configuration.Hocon;

/// <summary>A value: text, an array, an object or null. Knows where it was written, for the errors of those who read it.</summary>
public class HoconValue
{
    private readonly object? _content;

    internal HoconValue(object? content, HoconPosition position, bool quoted = false)
    {
        _content = content;
        Position = position;
        IsQuoted = quoted;
    }

    /// <summary>Whether the value is null or an object without members.</summary>
    public bool IsEmpty => _content is null or HoconObject { Members.Count: 0 };

    internal HoconPosition Position { get; }

    internal bool IsQuoted { get; }

    internal bool IsNull => _content is null;

    public bool IsObject() => _content is HoconObject;

    public bool IsArray() => _content is HoconValue[];

    public bool IsString() => _content is string;

    public HoconObject GetObject() => _content switch
    {
        HoconObject o => o,
        null => HoconObject.Nothing,
        _ => throw Not("an object"),
    };

    public IList<HoconValue> GetArray() => _content as HoconValue[] ?? throw Not("an array");

    /// <summary>The text, or null if the value is null.</summary>
    public string? GetString() => _content switch
    {
        null => null,
        string s => s,
        _ => throw Not("a string"),
    };

    public HoconValue? GetChildObject(string key) => GetObject().GetKey(key);

    /// <summary>True for on, true and yes; false for off, false and no.</summary>
    public bool GetBoolean() => Text() switch
    {
        "on" or "true" or "yes" => true,
        "off" or "false" or "no" => false,
        _ => throw Not("a boolean (on, off, true, false, yes, no)"),
    };

    public byte GetByte() => byte.TryParse(Text(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? n : throw Not("a byte (0 to 255)");

    public int GetInt() => int.TryParse(Text(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? n : throw Not("a 32-bit integer");

    public long GetLong() => long.TryParse(Text(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? n : throw Not("a 64-bit integer");

    public float GetFloat() => float.TryParse(Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : throw Not("a number");

    public double GetDouble() => double.TryParse(Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : throw Not("a number");

    public decimal GetDecimal() => decimal.TryParse(Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : throw Not("a number");

    /// <summary>A duration: a number and ns, us, ms, s, m, h or d (or their long names), milliseconds if there is no unit; <c>infinite</c>.</summary>
    public TimeSpan GetTimeSpan(bool allowInfinite = true)
    {
        if (!HoconUnits.TryParseDuration(Text(), out var duration))
            throw Not("a duration (as in 10s, 100 ms, 2.5 minutes, infinite)");
        return duration != Timeout.InfiniteTimeSpan || allowInfinite ? duration : throw Not("a finite duration");
    }

    /// <summary>A size in bytes: a number and a unit (k and KiB are 1,024, kB is 1,000), bytes if there is none.</summary>
    public long? GetByteSize() => HoconUnits.TryParseByteSize(Text(), out var bytes) ? bytes : throw Not("a size in bytes (as in 512, 128000b, 64 KiB, 10 MB)");

    public IList<string> GetStringList() => List(v => v.GetString() ?? throw v.Not("a string"));

    public IList<bool> GetBooleanList() => List(v => v.GetBoolean());

    public IList<byte> GetByteList() => List(v => v.GetByte());

    public IList<int> GetIntList() => List(v => v.GetInt());

    public IList<long> GetLongList() => List(v => v.GetLong());

    public IList<float> GetFloatList() => List(v => v.GetFloat());

    public IList<double> GetDoubleList() => List(v => v.GetDouble());

    public IList<decimal> GetDecimalList() => List(v => v.GetDecimal());

    /// <summary>A configuration that holds this value under <paramref name="key"/>.</summary>
    public Config AtKey(string key) => new(new HoconObject(new Dictionary<string, HoconValue> { [key] = this }));

    public Config ToConfig() => new(GetObject());

    public override string ToString() => HoconWriter.Write(this, 0);

    public virtual string ToString(int indent) => HoconWriter.Write(this, indent);

    internal HoconValue Over(HoconValue fallback) => _content is HoconObject mine && fallback._content is HoconObject theirs
        ? new HoconValue(mine.Over(theirs), Position)
        : this;

    internal ConfigurationException Not(string expected) => new($"{Describe()}{Position.Suffix} is not {expected}.");

    private string Text() => _content as string ?? throw Not("a single value");

    private List<T> List<T>(Func<HoconValue, T> read) => GetArray().Select(read).ToList();

    private string Describe() => _content switch
    {
        null => "null",
        string s => $"'{s}'",
        HoconObject => "An object",
        _ => "An array",
    };
}
