namespace EndToEnd.Tests.Running;

/// <summary>
/// A lab whose processes and network are made to fail: VXLAN, the analyzer's journal in SQLite. Its tests leave it whole, and whatever
/// their order, the tutorial's captures and flows stay.
/// </summary>
[CollectionDefinition(Name)]
public sealed class VxlanSqliteLab : ICollectionFixture<VxlanSqliteLab.Lab>
{
    public const string Name = "VXLAN, SQLite";
    public const string TunnelPath = "Ethernet/IPv4/UDP/VXLAN";

    public sealed class Lab : RunningLab
    {
        private protected override string[] UpOptions => ["--tunnel", "vxlan"];
    }
}

/// <summary>The same with GENEVE, and the journal in a PostgreSQL of its own.</summary>
[CollectionDefinition(Name)]
public sealed class GenevePostgresLab : ICollectionFixture<GenevePostgresLab.Lab>
{
    public const string Name = "GENEVE, PostgreSQL";

    public sealed class Lab : RunningLab
    {
        private PostgresServer? _server;

        private protected override string[] UpOptions => ["--tunnel", "geneve", "--postgres", _server!.ConnectionString];

        public override async Task InitializeAsync()
        {
            _server = await PostgresServer.StartAsync();
            await base.InitializeAsync();
        }

        public override async Task DisposeAsync()
        {
            await base.DisposeAsync();
            await _server!.StopAsync();
        }
    }
}
