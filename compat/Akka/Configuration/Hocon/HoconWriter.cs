using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>Writes values as HOCON that parses to the same values.</summary>
internal static class HoconWriter
{
    public static string Write(HoconObject value, int indent)
    {
        var text = new StringBuilder();
        WriteMembers(text, value, indent);
        return text.ToString();
    }

    public static string Write(HoconValue value, int indent)
    {
        var text = new StringBuilder();
        WriteValue(text, value, indent);
        return text.ToString();
    }

    private static void WriteMembers(StringBuilder text, HoconObject value, int indent)
    {
        foreach (var (key, member) in value.Members)
        {
            text.Append(' ', indent * 2).Append(ConfigPath.Quote(key)).Append(member.IsObject() ? " " : " = ");
            WriteValue(text, member, indent);
            text.Append('\n');
        }
    }

    private static void WriteValue(StringBuilder text, HoconValue value, int indent)
    {
        if (value.IsNull)
        {
            text.Append("null");
        }
        else if (value.IsObject())
        {
            text.Append("{\n");
            WriteMembers(text, value.GetObject(), indent + 1);
            text.Append(' ', indent * 2).Append('}');
        }
        else if (value.IsArray())
        {
            text.Append('[');
            var first = true;
            foreach (var element in value.GetArray())
            {
                if (!first)
                    text.Append(", ");
                first = false;
                WriteValue(text, element, indent + 1);
            }

            text.Append(']');
        }
        else
        {
            WriteText(text, value.GetString()!, value.IsQuoted);
        }
    }

    private static void WriteText(StringBuilder text, string value, bool quoted)
    {
        if (!quoted && value.Length > 0 && value != "null" && value.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or ' ') && value.Trim().Length == value.Length)
        {
            text.Append(value);
            return;
        }

        text.Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case < ' ': text.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture)); break;
                default: text.Append(c); break;
            }
        }

        text.Append('"');
    }
}
