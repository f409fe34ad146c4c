using System.Net;

namespace Shared.Messages.Configuration;

/// <summary>What may be listened on: loopback as it is, any other address only where who comes is asked who he is, or where it's written that it's wanted.</summary>
/// <param name="insecure">It's wanted.</param>
/// <param name="encrypted">Nodes know each other by certificates.</param>
/// <param name="users">Who is asked for.</param>
internal sealed class Exposure(bool insecure, bool encrypted, UsersOptions users)
{
    private const string Otherwise = "or write skydive.insecure = on if whoever reaches it may do all";

    /// <summary>An endpoint that asks for users where there are any.</summary>
    /// <exception cref="SkydiveConfigException">There are none, and others than this machine reach it.</exception>
    public EndpointOptions? AsksUsers(string path, EndpointOptions? endpoint) =>
        Allow(path, endpoint, users.AreAsked, $"would be open to everybody: give it users (skydive.users.file), {Otherwise}");

    /// <summary>An endpoint that never asks.</summary>
    /// <exception cref="SkydiveConfigException">Others than this machine reach it.</exception>
    public EndpointOptions? AsksNobody(string path, EndpointOptions? endpoint) =>
        Allow(path, endpoint, isSafe: false, $"would be open to everybody: keep it on 127.0.0.1, {Otherwise}");

    /// <summary>An address of the nodes' own connections.</summary>
    /// <exception cref="SkydiveConfigException">Others than this machine reach it, and it isn't encrypted.</exception>
    public void IsEncrypted(string path, string host) =>
        Allow(path, new EndpointOptions(host, 0), encrypted, $"would let everybody command this node: give it certificates (skydive.tls, made by ./skydive ca), {Otherwise}");

    /// <summary>The address datagrams are received on.</summary>
    /// <exception cref="SkydiveConfigException">Others than this machine reach it, and from whom they're taken isn't said.</exception>
    public string TakesFrom(SectionReader section, string protocol)
    {
        var address = section.NonEmpty(protocol + "-address");
        Allow(section.PathOf(protocol + "-address"), new EndpointOptions(address, 0), section.Networks(protocol + "-from").Count > 0,
            $"would take datagrams from everybody: name the senders ({section.PathOf(protocol + "-from")}), {Otherwise}");
        return address;
    }

    /// <summary>Only this machine reaches it.</summary>
    internal static bool IsLoopback(string host) =>
        IPAddress.TryParse(host, out var address) ? IPAddress.IsLoopback(address) : host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    private EndpointOptions? Allow(string path, EndpointOptions? endpoint, bool isSafe, string otherwise) => endpoint is null || isSafe || insecure || IsLoopback(endpoint.Host)
        ? endpoint
        : throw new SkydiveConfigException(path, endpoint.Host, otherwise);
}
