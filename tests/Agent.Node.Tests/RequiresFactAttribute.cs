namespace Agent.Node.Tests;

/// <summary>A test that needs programs of this machine, or root; skipped with the reason where they're missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresFactAttribute : FactAttribute
{
    /// <summary>Programs; "root" stands for root.</summary>
    public RequiresFactAttribute(params string[] programs)
    {
        var missing = programs.Where(program => program == "root" ? Environment.UserName != "root" : !IsInstalled(program)).ToList();
        if (missing.Count > 0)
        {
            Skip = $"needs {string.Join(", ", missing)}";
        }
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));
}

/// <summary>As <see cref="RequiresFactAttribute"/>, for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresTheoryAttribute : TheoryAttribute
{
    /// <summary>Programs; "root" stands for root.</summary>
    public RequiresTheoryAttribute(params string[] programs) => Skip = new RequiresFactAttribute(programs).Skip;
}
