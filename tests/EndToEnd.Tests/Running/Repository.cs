namespace EndToEnd.Tests.Running;

/// <summary>The checkout the tests were built in, and the programs built in it.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string Configuration { get; } = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    /// <summary>A program of the checkout: as users run it, published, unless it was built anew since.</summary>
    public static string Program(string project, string name)
    {
        var built = Path.Combine(Root, project, "bin", Configuration, "net10.0", name + ".dll");
        var published = Path.Combine(Root, "bin", name + ".dll");
        return File.Exists(published) && File.GetLastWriteTimeUtc(published) >= File.GetLastWriteTimeUtc(built) ? published : built;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SkydiveActors.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} isn't inside a checkout");
    }
}
