namespace EndToEnd.Tests.Running;

/// <summary>
/// A checkout for the launcher: its own copy of ./skydive beside the programs that were built with the tests, all of them newer than
/// what they're built from, so that nothing is built.
/// </summary>
internal sealed class Checkout : IDisposable
{
    private static readonly string[] _sources = ["cli", "Agent.Node", "Analyzer.Node", "Topology.Fabric", "Shared.Messages", "compat", "deploy/lab", "ui"];

    private Checkout(string root) => Root = root;

    public string Root { get; }

    public static async Task<Checkout> CreateAsync()
    {
        var checkout = new Checkout(Directory.CreateTempSubdirectory("skydive-checkout-").FullName);
        foreach (var folder in _sources)
        {
            Directory.CreateDirectory(checkout.Of(folder));
        }

        File.Copy(Path.Combine(Repository.Root, "skydive"), checkout.Of("skydive"));
        File.Copy(Path.Combine(Repository.Root, "ui/package.json"), checkout.Of("ui/package.json"));
        File.Copy(Path.Combine(Repository.Root, "Directory.Build.props"), checkout.Of("Directory.Build.props"));
        Directory.CreateSymbolicLink(checkout.Of("tests"), Path.Combine(Repository.Root, "tests"));
        var programs = Path.GetDirectoryName(Repository.Program("deploy/lab", "Lab"))!;
        (await Command.RunAsync("cp", "-rs", programs, checkout.Of("bin"))).ExitCode.ShouldBe(0);
        File.Delete(checkout.Of("bin/.built"));
        await File.WriteAllTextAsync(checkout.Of("bin/.built"), "");
        return checkout;
    }

    /// <summary>A file or folder in it.</summary>
    public string Of(string path) => Path.Combine(Root, path);

    /// <summary>Commands typed there, one after the other until one fails; these programs, shell scripts, are found before the machine's.</summary>
    public async Task<Command> TypeAsync(string commands, params (string Name, string Script)[] programs)
    {
        var path = Directory.CreateDirectory(Of("path")).FullName;
        foreach (var (name, script) in programs)
        {
            var file = Path.Combine(path, name);
            await File.WriteAllTextAsync(file, "#!/bin/sh\n" + script);
            (await Command.RunAsync("chmod", "+x", file)).ExitCode.ShouldBe(0);
        }

        return await Command.RunAsync("bash", "-c", $"set -e; cd {Root}; PATH={path}:$PATH\n{commands}");
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
