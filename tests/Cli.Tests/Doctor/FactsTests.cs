using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Cli.Doctor.Facts;
using Shared.Messages.Configuration;

namespace Cli.Tests.Doctor;

/// <summary>How the kernel's and others' files are read.</summary>
public sealed class FactsTests : IDisposable
{
    private const string Release = "6.1.0-18-amd64";

    // A root of its own, as a host's would be.
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("doctor-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void User_and_capabilities_are_the_effective_ones()
    {
        // Real, effective, saved and file system user; NET_ADMIN, NET_RAW and SYS_ADMIN of the effective capabilities.
        var (user, capabilities) = ProcessRights.ParseStatus("Name:\tdotnet\nUid:\t1000\t997\t1000\t1000\nCapPrm:\t000001ffffffffff\nCapEff:\t0000000000203000\n");
        user.ShouldBe(997);
        capabilities.ShouldBe([Capability.NetAdmin, Capability.NetRaw, Capability.SysAdmin], ignoreOrder: true);
    }

    [Theory]
    [InlineData("         0          0 4294967295\n", true)]
    [InlineData("         0       1000          1\n         1     100000      65536\n", false)]
    public void The_first_user_namespace_maps_every_user_to_itself(string map, bool first) => ProcessRights.IsFirstNamespace(map).ShouldBe(first);

    [Fact]
    public void Listening_sockets_are_read_with_address_and_inode()
    {
        const string tcp =
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F92 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1507 1 000000007a13a431 100 0 0 10 0
               1: 0A32A8C0:2396 1432A8C0:D431 01 00000000:00000000 00:00000000 00000000     0        0 1508 1 000000007a13a432 20 4 30 10 -1
            """;
        var only = SocketTable.Listening(tcp).ShouldHaveSingleItem();
        (only.Address, only.Port, only.Inode).ShouldBe((IPAddress.Loopback, 8082, 1507L));
    }

    [Fact]
    public void A_socket_of_version_6_is_read()
    {
        const string udp6 =
            """
              sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
               4: B80D0120000000000000000001000000:0807 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 31 2 0000000000000000 0
            """;
        var only = SocketTable.Listening(udp6).ShouldHaveSingleItem();
        (only.Address, only.Port).ShouldBe((IPAddress.Parse("2001:db8::1"), 2055));
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1", true)]
    [InlineData("::", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "0.0.0.0", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("192.168.50.10", "127.0.0.1", false)]
    public void A_port_is_taken_by_address(string bound, string wanted, bool collides) =>
        new ListeningSocket(IPAddress.Parse(bound), 9110, 1).Collides(wanted, 9110).ShouldBe(collides);

    [Fact]
    public void A_taken_port_s_owner_is_named_by_the_program_it_runs()
    {
        Write("proc/net/tcp", "  sl  local_address\n   0: 0100007F:1F92 00000000:0000 0A 0:0 0:0 0 0 0 1507 1 0\n");
        Write("proc/4711/comm", "dotnet\n");
        Write("proc/4711/cmdline", "dotnet\0/usr/lib/skydive/Analyzer.Node.dll\0run\0");
        Directory.CreateDirectory(PathOf("proc/4711/fd"));
        File.CreateSymbolicLink(PathOf("proc/4711/fd/7"), "socket:[1507]");
        var ports = PortFacts.Look(_root.FullName + "/", WantedPort.Of(SkydiveConfig.Parse("")));
        ports.Where(port => port.IsTaken).ShouldHaveSingleItem().Owner.ShouldBe("Analyzer.Node (4711)");
        ports.Select(port => port.Wanted.Number).ShouldBe([9110, 2055, 9111, 8082, 9110]);
    }

    [Fact]
    public void Ports_are_those_of_the_configuration()
    {
        var ports = WantedPort.Of(SkydiveConfig.Parse("skydive.agent.console.port = 0\nskydive.agent.metrics.port = 9200\nskydive.analyzer.http.port = 80"));
        ports.Select(port => port.Number).ShouldBe([9200, 2055, 9111, 80, 9110]);
    }

    [Theory]
    [InlineData("shared:12", MountPropagation.Shared)]
    [InlineData("master:3", MountPropagation.Follows)]
    [InlineData("shared:12 master:3", MountPropagation.Shared)]
    [InlineData("", MountPropagation.Private)]
    public void Propagation_is_the_mount_s_optional_field(string tags, object propagation)
    {
        var table = $"41 26 254:0 /run/netns /run/netns rw,relatime {tags}{(tags.Length > 0 ? " " : "")}- ext4 /dev/vda rw\n148 41 0:4 net:[4026532470] /run/netns/ns1 rw shared:10 - nsfs nsfs rw\n";
        MountTable.Propagation(table, "/run/netns").ShouldBe((MountPropagation)propagation);
        MountTable.Propagation(table, "/run").ShouldBeNull();
    }

    [Fact]
    public void A_loaded_module_is_found_before_the_configuration_is_asked()
    {
        Write("proc/modules", "vxlan 155648 0 - Live 0x0000000000000000\nveth 40960 0 - Live 0x0000000000000000\n");
        WriteConfiguration("# CONFIG_VXLAN is not set\nCONFIG_BRIDGE=y\n");
        var modules = KernelModules.Look(_root.FullName, Release);
        (modules["vxlan"], modules["bridge"], modules["geneve"]).ShouldBe((ModuleState.Loaded, ModuleState.BuiltIn, ModuleState.Absent));
    }

    [Fact]
    public void Modules_are_built_in_or_loadable_by_the_files_installed_with_the_kernel()
    {
        Write($"lib/modules/{Release}/modules.builtin", "kernel/net/8021q/8021q.ko\n");
        Write($"lib/modules/{Release}/modules.dep", "kernel/net/mpls/mpls_router.ko.xz: kernel/net/ipv4/ip_tunnel.ko.xz\nkernel/net/openvswitch/openvswitch.ko.zst:\n");
        var modules = KernelModules.Look(_root.FullName, Release);
        (modules["8021q"], modules["mpls_router"], modules["openvswitch"], modules["geneve"]).ShouldBe((ModuleState.BuiltIn, ModuleState.Loadable, ModuleState.Loadable, ModuleState.Absent));
    }

    [Fact]
    public void A_module_of_the_configuration_whose_file_is_not_visible_may_be_there_or_not()
    {
        Write($"boot/config-{Release}", "CONFIG_OPENVSWITCH=m\nCONFIG_TUN=y\n");
        var modules = KernelModules.Look(_root.FullName, Release);
        (modules["openvswitch"], modules["tun"], modules["ifb"]).ShouldBe((ModuleState.Unlocated, ModuleState.BuiltIn, ModuleState.Absent));
    }

    [Fact]
    public void A_module_of_the_configuration_that_is_not_installed_is_absent()
    {
        WriteConfiguration("CONFIG_OPENVSWITCH=m\n");
        Write($"lib/modules/{Release}/modules.dep", "kernel/drivers/net/veth.ko:\n");
        KernelModules.Look(_root.FullName, Release)["openvswitch"].ShouldBe(ModuleState.Absent);
    }

    [Fact]
    public void Nothing_to_read_says_nothing()
    {
        Directory.CreateDirectory(PathOf("sys/module/bridge"));
        var modules = KernelModules.Look(_root.FullName, Release);
        modules["bridge"].ShouldBe(ModuleState.BuiltIn);
        modules.Where(module => module.Key != "bridge").ShouldAllBe(module => module.Value == ModuleState.Unknown);
    }

    [Fact]
    public void Memory_is_what_the_kernel_says_is_available_and_a_control_group_s_limit()
    {
        Write("proc/meminfo", "MemTotal:       24683620 kB\nMemFree:        21618608 kB\nMemAvailable:   24206076 kB\n");
        Write("sys/fs/cgroup/memory.max", "536870912\n");
        var resources = Resources.Read(_root.FullName);
        (resources.AvailableMemory, resources.MemoryLimit).ShouldBe((24206076L * 1024, 512L << 20));
        Resources.ParseLimit("max").ShouldBeNull();
    }

    [Theory]
    [InlineData(".dockerenv", "", "/.dockerenv")]
    [InlineData("run/.containerenv", "", "/run/.containerenv")]
    [InlineData("proc/1/cgroup", "4:memory:/kubepods/burstable/pod1\n", "kubepods in /proc/1/cgroup")]
    [InlineData("proc/1/cgroup", "0::/init.scope\n", null)]
    public void A_container_is_known_by_its_signs(string file, string content, string? sign)
    {
        Write(file, content);
        ContainerRuntime.Sign(_root.FullName + "/").ShouldBe(sign);
    }

    [Fact]
    public void Runtimes_are_found_by_their_sockets()
    {
        Write("run/docker.sock", "");
        Write("run/crio/crio.sock", "");
        ContainerRuntime.Find(_root.FullName + "/").Select(runtime => runtime.Name).ShouldBe(["docker", "cri-o"]);
    }

    [Fact]
    public void The_database_s_rows_say_version_datapaths_and_bridges()
    {
        // One value is itself, several are a set; a bridge of the kernel's datapath may have none (RFC 7047 section 5.1).
        var rows = JsonDocument.Parse("""[{"rows": [{"ovs_version": "3.1.0", "datapath_types": ["set", ["system", "netdev"]]}]}, {"rows": [{"name": "br0", "datapath_type": "netdev"}, {"name": "br1", "datapath_type": ""}]}]""");
        var facts = OpenVSwitchFacts.Read("/run/db.sock", rows.RootElement);
        facts.Version.ShouldBe("3.1.0");
        facts.DatapathTypes.ShouldBe(["netdev", "system"]);
        facts.Bridges.Select(bridge => bridge.IsInKernel).ShouldBe([false, true]);
    }

    [Fact]
    public void A_database_without_a_daemon_so_far_has_no_datapaths()
    {
        var rows = JsonDocument.Parse("""[{"rows": [{"ovs_version": ["set", []], "datapath_types": ["set", []]}]}, {"rows": []}]""");
        var facts = OpenVSwitchFacts.Read("/run/db.sock", rows.RootElement);
        (facts.Version, facts.DatapathTypes.Count).ShouldBe(("", 0));
    }

    [Fact]
    public async Task A_socket_nobody_listens_on_is_silent()
    {
        var socket = PathOf("db.sock");
        (await OpenVSwitchFacts.AskAsync(socket, CancellationToken.None)).State.ShouldBe(OvsdbState.NotThere);
        await File.WriteAllTextAsync(socket, "");
        (await OpenVSwitchFacts.AskAsync(socket, CancellationToken.None)).State.ShouldBe(OvsdbState.Silent);
    }

    [Fact]
    public void A_library_that_is_not_there_is_a_fact()
    {
        PacketFacts.Look(() => throw new DllNotFoundException("wpcap")).Libpcap.ShouldBeNull();
        PacketFacts.Look(() => throw new TypeInitializationException("LibPcapSafeNativeMethods", new DllNotFoundException("wpcap"))).Libpcap.ShouldBeNull();
        PacketFacts.Look(() => "libpcap version 1.10.3").Libpcap.ShouldBe("libpcap version 1.10.3");
    }

    private string PathOf(string name) => Path.Combine(_root.FullName, name);

    private void Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), content);
    }

    private void WriteConfiguration(string text)
    {
        Directory.CreateDirectory(PathOf("proc"));
        using var zip = new GZipStream(File.Create(PathOf("proc/config.gz")), CompressionLevel.Fastest);
        zip.Write(Encoding.UTF8.GetBytes(text));
    }
}
