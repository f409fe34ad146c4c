namespace SkydiveActors.Docs;

/// <summary>A page of docs/reference that's made from the code: compared with what's there, or written when the environment asks for it.</summary>
internal static class ReferenceDocument
{
    private const string WriteVariable = "SKYDIVE_WRITE_DOCS";

    /// <summary>The checkout.</summary>
    public static string Root { get; } = FolderWith("SkydiveActors.sln").FullName;

    private static string Project { get; } = $"tests/{FolderWith("*.csproj").Name}";

    /// <param name="name">The file below docs/reference.</param>
    /// <param name="content">What the code makes of it.</param>
    public static void ShouldBeCurrent(string name, string content)
    {
        var path = Path.Combine(Root, "docs", "reference", name);
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(path, content);
        }

        var found = File.Exists(path) ? File.ReadAllText(path) : "";
        FirstDifference(found, content).ShouldBeNull($"docs/reference/{name} isn't what the code says. To write it anew: {WriteVariable}=1 dotnet test {Project} --filter Docs");
    }

    /// <summary>The first line of every such page: readers shouldn't edit what a test writes.</summary>
    public static string Origin(string from) => $"<!-- Made from {from} by a test, which also checks it: not to be edited. -->";

    private static string? FirstDifference(string found, string wanted)
    {
        if (found == wanted)
        {
            return null;
        }

        var (here, there) = (found.Split('\n'), wanted.Split('\n'));
        var line = here.Zip(there).TakeWhile(lines => lines.Item1 == lines.Item2).Count();
        return $"line {line + 1}: \"{here.ElementAtOrDefault(line)}\" should be \"{there.ElementAtOrDefault(line)}\"";
    }

    private static DirectoryInfo FolderWith(string files)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.EnumerateFiles(files).Any())
            {
                return folder;
            }
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} isn't inside a checkout");
    }
}
