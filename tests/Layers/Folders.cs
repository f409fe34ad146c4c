using System.Reflection;
using NetArchTest.Rules;

namespace SkydiveActors.Layers;

/// <summary>
/// The folders (namespaces) of a project and which others of it each may use; what isn't in its list, it may not. A folder's
/// own folders may use each other, unless they have lists themselves.
/// </summary>
internal sealed class Folders(Assembly assembly, params (string Folder, string[] May)[] rules)
{
    private readonly string _root = assembly.GetName().Name!;

    /// <summary>One line for each use that no list allows: the type, and the folder it may not use.</summary>
    public List<string> Wrong() =>
    [
        .. from rule in rules
           from other in rules.Select(r => r.Folder).Except([rule.Folder, .. rule.May])
           where !rule.Folder.StartsWith(other + ".", StringComparison.Ordinal)
           from type in Users(rule.Folder, other)
           select $"{type} uses {other}",
    ];

    /// <summary>Namespaces of the project that no rule is about.</summary>
    public List<string> Forgotten() =>
    [
        .. assembly.GetTypes().Select(type => type.Namespace).OfType<string>().Where(space => space.StartsWith(_root + ".", StringComparison.Ordinal))
            .Select(space => space[(_root.Length + 1)..]).Distinct()
            .Where(space => !rules.Any(rule => space == rule.Folder || space.StartsWith(rule.Folder + ".", StringComparison.Ordinal))),
    ];

    /// <summary>The lists, from one to the next, never lead back to a folder.</summary>
    public List<string> Circles() =>
        [.. rules.Where(rule => Reaches(rule.Folder, rule.Folder, [])).Select(rule => rule.Folder)];

    private bool Reaches(string from, string to, HashSet<string> been) =>
        rules.First(rule => rule.Folder == from).May.Any(next => next == to || (been.Add(next) && Reaches(next, to, been)));

    private IEnumerable<string> Users(string folder, string other)
    {
        var inside = rules.Select(rule => rule.Folder).Where(f => f.StartsWith(folder + ".", StringComparison.Ordinal)).ToList();
        // A folder's types aren't those of folders in it that have rules of their own; the same goes for what's used.
        var apart = rules.Select(rule => rule.Folder).Where(f => f.StartsWith(other + ".", StringComparison.Ordinal)).ToList();
        var used = assembly.GetTypes().Where(type => Lies(type.Namespace, other) && !apart.Any(f => Lies(type.Namespace, f)))
            .Select(type => type.FullName!.Split('`', '+')[0]).Distinct().ToArray();
        var types = Types.InAssembly(assembly).That().ResideInNamespaceMatching($"^{_root}\\.{folder}($|\\.)");
        foreach (var other2 in inside)
        {
            types = types.And().DoNotResideInNamespaceMatching($"^{_root}\\.{other2}($|\\.)");
        }

        return types.And().HaveDependencyOnAny(used).GetTypes().Select(type => type.FullName!);
    }

    private bool Lies(string? space, string folder) =>
        space is not null && (space == $"{_root}.{folder}" || space.StartsWith($"{_root}.{folder}.", StringComparison.Ordinal));
}

/// <summary>Holds a project's folders to their lists.</summary>
public abstract class FolderRules
{
    private readonly Folders _folders;

    private protected FolderRules(Folders folders) => _folders = folders;

    [Fact]
    public void Folders_use_only_what_their_list_allows() => _folders.Wrong().ShouldBeEmpty();

    [Fact]
    public void Every_folder_has_its_list_and_no_list_leads_back()
    {
        _folders.Forgotten().ShouldBeEmpty();
        _folders.Circles().ShouldBeEmpty();
    }
}
