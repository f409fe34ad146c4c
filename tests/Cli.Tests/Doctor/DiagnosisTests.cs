using System.Net.Sockets;
using Cli.Doctor;
using Cli.Doctor.Facts;
using static Cli.Tests.Doctor.CraftedHost;

namespace Cli.Tests.Doctor;

/// <summary>What's said of hosts that lack something.</summary>
public sealed class DiagnosisTests
{
    [Fact]
    public void A_host_with_all_of_it_works()
    {
        var diagnosis = Diagnosis.Of(Whole);
        diagnosis.Works.ShouldBeTrue();
        diagnosis.Findings.Where(finding => finding.Verdict != Verdict.Ok).Select(finding => finding.What).ShouldBe(["kernel datapath"], "of which nobody knows about mirrors");
        diagnosis.Conclusion.ShouldStartWith("An agent works here; 1 of ");
    }

    [Fact]
    public void Without_libpcap_nothing_is_captured()
    {
        var diagnosis = Diagnosis.Of(Whole with { Packets = new PacketFacts(null, SocketError: null) });
        diagnosis.Works.ShouldBeFalse();
        diagnosis.Find("libpcap").Remedy.ShouldContain("libpcap0.8");
        diagnosis.Conclusion.ShouldBe("An agent would capture nothing here, for want of libpcap.");
    }

    [Fact]
    public void A_user_without_capabilities_is_told_what_works_and_what_each_is_for()
    {
        var diagnosis = Diagnosis.Of(Whole with
        {
            Rights = new ProcessRights(1000, new HashSet<Capability>(), IsInUserNamespace: false),
            Packets = Whole.Packets with { SocketError = SocketError.AccessDenied },
            OpenVSwitch = new OpenVSwitchFacts("/var/run/openvswitch/db.sock", OvsdbState.Forbidden),
        });
        diagnosis.Works.ShouldBeFalse();
        var raw = diagnosis.Find("CAP_NET_RAW");
        raw.Why.ShouldContain("as user 1000: no captures");
        raw.Why.ShouldContain("./skydive flows and ./skydive allinone");
        diagnosis.Find("CAP_SYS_ADMIN").Why.ShouldContain("their names are seen, what is in them isn't");
        diagnosis.Find("CAP_NET_ADMIN").Why.ShouldContain("mirrors");
        diagnosis.Find("database").Why.ShouldContain("may not be connected to");
        diagnosis.Findings.ShouldNotContain(finding => finding.What == "packet sockets", "the refusal follows from the capability");
    }

    [Theory]
    [InlineData(Capability.SysAdmin, "CAP_SYS_ADMIN")]
    [InlineData(Capability.NetAdmin, "CAP_NET_ADMIN")]
    public void What_only_limits_an_agent_does_not_make_it_unfit(object capability, string what)
    {
        var diagnosis = Diagnosis.Of(Whole.Without((Capability)capability));
        diagnosis.Find(what).Verdict.ShouldBe(Verdict.Missing);
        diagnosis.Works.ShouldBeTrue();
    }

    [Fact]
    public void A_packet_socket_that_is_refused_in_spite_of_the_capability_is_essential()
    {
        var diagnosis = Diagnosis.Of(Whole with { Packets = Whole.Packets with { SocketError = SocketError.AddressFamilyNotSupported } });
        diagnosis.Works.ShouldBeFalse();
        diagnosis.Find("packet sockets").Remedy.ShouldContain("CONFIG_PACKET");
    }

    [Fact]
    public void Kinds_of_interfaces_the_kernel_lacks_are_missing_and_tunnels_in_packets_seen_all_the_same()
    {
        var finding = Whole.With("ip_gre", ModuleState.Absent).Finding("ip_gre");
        finding.Verdict.ShouldBe(Verdict.Missing);
        finding.Why.ShouldContain("no GRE interfaces to see; such tunnels in packets are seen all the same");
        Diagnosis.Of(Whole.With("ip_gre", ModuleState.Absent)).Works.ShouldBeTrue();
    }

    [Theory]
    [InlineData(ModuleState.Loaded, Verdict.Ok)]
    [InlineData(ModuleState.BuiltIn, Verdict.Ok)]
    [InlineData(ModuleState.Loadable, Verdict.Ok)]
    [InlineData(ModuleState.Unlocated, Verdict.Unknown)]
    [InlineData(ModuleState.Unknown, Verdict.Unknown)]
    public void A_module_is_judged_by_where_it_is(object state, object verdict) => Whole.With("vxlan", (ModuleState)state).Finding("vxlan").Verdict.ShouldBe((Verdict)verdict);

    [Fact]
    public void Without_a_database_Open_vSwitch_is_not_seen_and_nothing_more_is_said_of_it()
    {
        var findings = Diagnosis.Of(Whole with { OpenVSwitch = new OpenVSwitchFacts("/run/ovs.sock", OvsdbState.NotThere) }).Findings;
        var only = findings.Where(finding => finding.Area == "Open vSwitch").ShouldHaveSingleItem();
        only.Verdict.ShouldBe(Verdict.Missing);
        only.Why.ShouldContain("/run/ovs.sock");
    }

    [Fact]
    public void A_database_that_may_be_read_only_takes_no_mirrors()
    {
        var facts = Whole with { OpenVSwitch = Whole.OpenVSwitch with { State = OvsdbState.ReadOnly } };
        facts.Finding("captures on bridges").Why.ShouldContain("no mirrors and no sFlow");
        facts.Finding("database").Verdict.ShouldBe(Verdict.Ok);
    }

    [Fact]
    public void A_database_without_its_daemon_limits_and_one_without_a_version_does_not()
    {
        (Whole with { OpenVSwitch = Whole.OpenVSwitch with { Version = "", DatapathTypes = [] } }).Finding("database").Remedy.ShouldBe("start ovs-vswitchd");
        (Whole with { OpenVSwitch = Whole.OpenVSwitch with { Version = "" } }).Finding("database").Verdict.ShouldBe(Verdict.Ok);
    }

    [Fact]
    public void Bridges_of_the_kernel_datapath_carry_nothing_without_its_module()
    {
        var facts = Whole.With("openvswitch", ModuleState.Absent);
        facts.Finding("kernel datapath").Why.ShouldContain("would carry nothing");
        facts = facts with { OpenVSwitch = facts.OpenVSwitch with { Bridges = [new OvsBridgeFacts("br0", "netdev"), new OvsBridgeFacts("br-int", ""), new OvsBridgeFacts("br-ex", "system")] } };
        facts.Finding("kernel datapath").Why.ShouldContain("br-int, br-ex, without datapath_type=netdev, carry nothing");
        facts.Finding("userspace datapath").Why.ShouldStartWith("one bridge");
    }

    [Fact]
    public void Without_tun_devices_the_userspace_datapath_has_no_mirrors()
    {
        var finding = Whole.With("tun", ModuleState.Absent).Finding("userspace datapath");
        finding.Verdict.ShouldBe(Verdict.Limited);
        finding.Why.ShouldContain("topology and sFlow only");
    }

    [Fact]
    public void A_container_sees_its_own_namespaces_unless_its_volume_follows_the_host()
    {
        var inside = Whole with { Container = "/.dockerenv", Namespaces = Whole.Namespaces with { Propagation = null } };
        inside.Finding("container").Verdict.ShouldBe(Verdict.Limited);
        inside.Finding("/var/run/netns").Why.ShouldContain("the host's namespaces aren't seen");
        (inside with { Namespaces = Whole.Namespaces with { Propagation = MountPropagation.Private } }).Finding("/var/run/netns").Remedy.ShouldContain("rslave");
        (inside with { Namespaces = Whole.Namespaces with { Propagation = MountPropagation.Follows } }).Finding("/var/run/netns").Verdict.ShouldBe(Verdict.Ok);
    }

    [Fact]
    public void Docker_keeps_its_namespaces_elsewhere_unless_the_agent_is_told()
    {
        var host = Whole with { ContainerRuntimes = [new ContainerRuntime("docker", "/run/docker.sock")] };
        host.Finding("docker").Remedy.ShouldContain("netns-path = \"/var/run/docker/netns\"");
        (host with { Namespaces = host.Namespaces with { Path = "/run/docker/netns" } }).Finding("docker").Remedy.ShouldBeEmpty();
    }

    [Fact]
    public void A_taken_port_is_told_with_who_has_it_and_the_key_that_changes_it()
    {
        var finding = (Whole with { Ports = [Port("API and page of an analyzer", 8082, "analyzer.http.port", owner: "nginx (17)")] }).Finding("8082");
        finding.Verdict.ShouldBe(Verdict.Limited);
        finding.Why.ShouldBe("taken by nginx (17): API and page of an analyzer");
        finding.Remedy.ShouldEndWith("skydive.analyzer.http.port");
    }

    [Fact]
    public void Who_has_a_port_may_not_be_known()
    {
        var taken = Port("console of an agent", 9110, "agent.console.port") with { IsTaken = true };
        (Whole.Without(Capability.SysPtrace) with { Ports = [taken] }).Finding("9110").Why.ShouldContain("root would see which");
        (Whole with { Ports = [taken] }).Finding("9110").Why.ShouldContain("isn't visible here");
    }

    [Theory]
    [InlineData(100L << 20, null, Verdict.Limited)]
    [InlineData(8L << 30, 128L << 20, Verdict.Limited)]
    [InlineData(8L << 30, null, Verdict.Ok)]
    [InlineData(null, null, Verdict.Unknown)]
    public void Memory_is_what_is_free_within_the_limit(long? available, long? limit, object verdict) =>
        (Whole with { Resources = new Resources(2, available, limit) }).Finding("memory").Verdict.ShouldBe((Verdict)verdict);
}
