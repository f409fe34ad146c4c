namespace Benchmarks;

/// <summary>The programs as users run them: compiled ahead of time where that could be done.</summary>
internal static class Programs
{
    internal static string Of(string name)
    {
        var published = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../..", "bin"));
        return new[] { published, AppContext.BaseDirectory }.Select(folder => Path.Combine(folder, $"{name}.dll")).First(File.Exists);
    }
}
