namespace Akka.Configuration.Hocon;

/// <summary>Line and column, from 1; 0 where a value wasn't read from text.</summary>
internal readonly record struct HoconPosition(int Line, int Column)
{
    public string Suffix => Line == 0 ? "" : $" (line {Line}, column {Column})";

    public ConfigurationException Error(string message) => new($"{message} (line {Line}, column {Column}).");
}
