namespace Agent.Node.Tests.Linux;

/// <summary>A test that makes network namespaces: skipped, with its reason, without root.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PrivilegedFactAttribute : FactAttribute
{
    public PrivilegedFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Skip = "needs root: it makes network namespaces";
        }
    }
}
