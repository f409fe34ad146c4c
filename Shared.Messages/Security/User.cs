namespace Shared.Messages.Security;

/// <summary>What somebody may do; each may what those before may.</summary>
internal enum Role
{
    /// <summary>Reads topology, flows, captures, injections, status, metrics.</summary>
    Viewer,

    /// <summary>Makes and ends captures and injections, posts capture files.</summary>
    Operator,

    /// <summary>All there is.</summary>
    Admin,
}

/// <summary>Somebody who is known.</summary>
/// <param name="Name">As in the users' file.</param>
/// <param name="Role">What he may do.</param>
/// <param name="RawPackets">He may read what packets carried, whatever his role.</param>
internal sealed record User(string Name, Role Role, bool RawPackets)
{
    /// <summary>Whoever comes where nobody is asked who he is.</summary>
    public static readonly User Anybody = new("anybody", Role.Admin, RawPackets: true);
}
