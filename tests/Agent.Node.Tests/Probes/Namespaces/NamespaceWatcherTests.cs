using System.Collections.Immutable;
using System.Threading.Channels;
using Agent.Node.Linux;
using Agent.Node.Probes.Namespaces;
using Agent.Node.Probes.Netlink;
using Agent.Node.Tests.Linux;

namespace Agent.Node.Tests.Probes.Namespaces;

public sealed class NamespaceWatcherTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"probes-{Guid.NewGuid():N}", "run", "netns");
    private readonly Channel<ImmutableArray<NamedNamespace>> _seen = Channel.CreateUnbounded<ImmutableArray<NamedNamespace>>();

    [PrivilegedFact]
    public async Task A_directory_made_later_is_watched_from_then_on()
    {
        using var space = new TestNamespace();
        using var watcher = Watch(_directory);
        (await Next()).ShouldBeEmpty();

        Directory.CreateDirectory(_directory);
        var link = Path.Combine(_directory, "linked");
        File.CreateSymbolicLink(link, space.Path);
        (await Next()).ShouldBe([new NamedNamespace("linked", link, space.Id)]);

        File.Delete(link);
        (await Next()).ShouldBeEmpty();
    }

    [PrivilegedFact]
    public async Task A_namespace_counts_once_it_is_mounted_and_until_it_is_taken_away()
    {
        using var watcher = Watch("/var/run/netns");
        await Next();
        string name;
        using (var space = new TestNamespace())
        {
            name = space.Name;
            var expected = new NamedNamespace(name, space.Path, space.Id);
            await Until(seen => seen.Contains(expected));
        }

        await Until(seen => seen.All(n => n.Name != name));
    }

    [PrivilegedFact]
    public void A_second_name_of_a_namespace_the_own_namespace_and_plain_files_are_left_out()
    {
        using var space = new TestNamespace();
        Directory.CreateDirectory(_directory);
        File.WriteAllText(Path.Combine(_directory, "waits-for-its-mount"), "");
        File.CreateSymbolicLink(Path.Combine(_directory, "own"), "/proc/self/ns/net");
        File.CreateSymbolicLink(Path.Combine(_directory, "a"), space.Path);
        File.CreateSymbolicLink(Path.Combine(_directory, "b"), space.Path);

        NamespaceDirectory.Read(_directory).Select(n => n.Name).ShouldBe(["a"]);
    }

    [Fact]
    public void A_name_that_leads_elsewhere_vanished_and_appeared()
    {
        var kept = new NamedNamespace("kept", "/n/kept", new NamespaceId(4, 1));
        var old = new NamedNamespace("ns1", "/n/ns1", new NamespaceId(4, 2));
        var young = old with { Id = new NamespaceId(4, 3) };

        var changes = NamespaceChanges.Between([kept, old], [kept, young]);

        changes.Appeared.ShouldBe([young]);
        changes.Vanished.ShouldBe([old]);
    }

    [PrivilegedFact]
    public void Entering_what_is_no_namespace_says_so()
    {
        var missing = Should.Throw<IOException>(() => NetlinkSocket.OpenIn("/var/run/netns/probes-none", groups: 0));
        missing.Message.ShouldContain("/var/run/netns/probes-none");
        missing.Message.ShouldContain("No such file");
    }

    [PrivilegedFact]
    public void Work_inside_a_namespace_leaves_the_caller_outside()
    {
        using var space = new TestNamespace();

        var inside = NetworkNamespace.Run(space.Path, () => NamespaceId.Of("/proc/thread-self/ns/net"));

        inside.ShouldBe(space.Id);
        NamespaceId.Of("/proc/thread-self/ns/net").ShouldBe(NamespaceId.Own);
    }

    public void Dispose()
    {
        var root = Path.GetDirectoryName(Path.GetDirectoryName(_directory))!;
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private NamespaceWatcher Watch(string directory) =>
        new(directory, seen => _seen.Writer.TryWrite(seen), e => _seen.Writer.TryComplete(e));

    private async Task<ImmutableArray<NamedNamespace>> Next()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _seen.Reader.ReadAsync(patience.Token);
    }

    private async Task Until(Func<ImmutableArray<NamedNamespace>, bool> condition)
    {
        while (!condition(await Next()))
        {
        }
    }
}
