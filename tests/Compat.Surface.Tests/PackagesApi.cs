namespace Compat.Surface.Tests;

/// <summary>The lists of the real packages' public surface: <c>../shared/packages-api</c> beside the repository, or where PACKAGES_API says.</summary>
internal static class PackagesApi
{
    public static string? Folder { get; } = Find();

    public const string Missing = "The lists of the packages' surface (../shared/packages-api beside the repository) are not here.";

    /// <summary>Every listed line of one package, but for the types' own.</summary>
    public static HashSet<string> Members(string package) => [.. File.ReadLines(ListOf(package))];

    public static bool Lists(string package) => Folder is not null && File.Exists(ListOf(package));

    public static IEnumerable<string> HoconDefaults() => File.ReadLines(Path.Combine(Folder!, "hocon-defaults.txt"));

    private static string ListOf(string package) => Path.Combine(Folder!, package + ".txt");

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("PACKAGES_API") is { Length: > 0 } given)
            return given;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "SkydiveActors.sln")))
                continue;
            var folder = Path.Combine(at.Parent?.FullName ?? at.FullName, "shared", "packages-api");
            return Directory.Exists(folder) ? folder : null;
        }

        return null;
    }
}

/// <summary>A test that needs the lists; skipped, and says so, where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ListedFactAttribute : FactAttribute
{
    public ListedFactAttribute()
    {
        if (PackagesApi.Folder is null)
            Skip = PackagesApi.Missing;
    }
}

/// <summary>As <see cref="ListedFactAttribute"/>, for tests with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ListedTheoryAttribute : TheoryAttribute
{
    public ListedTheoryAttribute()
    {
        if (PackagesApi.Folder is null)
            Skip = PackagesApi.Missing;
    }
}
