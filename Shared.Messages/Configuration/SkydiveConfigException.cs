namespace Shared.Messages.Configuration;

/// <summary>A configuration that can't be used: says which path holds which value and what it should be.</summary>
public sealed class SkydiveConfigException : Exception
{
    /// <param name="path">Full path of the key ("skydive.analyzer.http.port"), or the file's name when the file is at fault.</param>
    /// <param name="value">The value found there, or null when it's missing or not to be shown.</param>
    /// <param name="expectation">What the value should be, in words.</param>
    /// <param name="cause">What went wrong below, if anything.</param>
    public SkydiveConfigException(string path, string? value, string expectation, Exception? cause = null)
        : base(value is null ? $"{path}: {expectation}" : $"{path} = \"{value}\": {expectation}", cause)
    {
        Path = path;
        Value = value;
    }

    /// <summary>Where in the configuration.</summary>
    public string Path { get; }

    /// <summary>What was found there.</summary>
    public string? Value { get; }
}
