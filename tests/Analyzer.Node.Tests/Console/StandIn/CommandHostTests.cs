using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Petabridge.Cmd;
using Petabridge.Cmd.Host;

namespace Analyzer.Node.Tests.Console.StandIn;

/// <summary>The stand-in for Petabridge.Cmd as its client meets it: lines of JSON over TCP. The package's own client and host have a protocol of their own.</summary>
public sealed class CommandHostTests : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("console", ConfigurationFactory.ParseString("""
        petabridge.cmd { host = "127.0.0.1", port = 0, log-palettes-on-startup = off }
        akka { loglevel = OFF, stdout-loglevel = OFF }
        """));

    public Task InitializeAsync()
    {
        var host = PetabridgeCmd.Get(_system);
        host.RegisterCommandPalette(new TestPalette()).ShouldBeTrue();
        host.RegisterCommandPalette(new TestPalette()).ShouldBeFalse();
        host.Start();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _system.Terminate();

    [Fact]
    public async Task A_client_is_told_the_palettes_with_their_commands()
    {
        var reply = (await AskAsync("{}")).ShouldHaveSingleItem();
        var palette = reply.GetProperty("Palettes")[0];
        palette.GetProperty("Name").GetString().ShouldBe("test");
        palette.GetProperty("Commands")[0].GetProperty("Arguments")[0].GetProperty("Switches")[1].GetString().ShouldBe("--text");
    }

    [Fact]
    public async Task A_command_gets_its_arguments_by_name_and_answers()
    {
        var reply = (await AskAsync("""{"Palette":"test","Command":"say","Arguments":["-t","one","--text","two words"]}""")).ShouldHaveSingleItem();
        reply.GetProperty("Text").GetString().ShouldBe("one|two words");
        reply.GetProperty("Failed").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task An_answer_may_come_in_parts()
    {
        var replies = await AskAsync("""{"Palette":"test","Command":"count","Arguments":[]}""");
        replies.Select(r => r.GetProperty("Text").GetString()).ShouldBe(["1", "2", "3", ""]);
    }

    [Theory]
    [InlineData("""{"Palette":"nope","Command":"say","Arguments":[]}""", "no palette 'nope'")]
    [InlineData("""{"Palette":"test","Command":"nope","Arguments":[]}""", "no command 'nope'")]
    [InlineData("""{"Palette":"test","Command":"say","Arguments":[]}""", "needs the argument text")]
    [InlineData("""{"Palette":"test","Command":"say","Arguments":["-x"]}""", "no argument '-x'")]
    [InlineData("""{"Palette":"test","Command":"fail","Arguments":[]}""", "the reason")]
    [InlineData("not json", "no JSON")]
    public async Task What_is_wrong_is_said(string request, string expected)
    {
        var reply = (await AskAsync(request)).ShouldHaveSingleItem();
        reply.GetProperty("Failed").GetBoolean().ShouldBeTrue();
        reply.GetProperty("Text").GetString()!.ShouldContain(expected);
    }

    [Fact]
    public async Task A_palette_goes_on_after_a_failure()
    {
        await AskAsync("""{"Palette":"test","Command":"fail","Arguments":[]}""");
        (await AskAsync("""{"Palette":"test","Command":"say","Arguments":["-t","x"]}""")).ShouldHaveSingleItem().GetProperty("Text").GetString().ShouldBe("x");
    }

    [Fact]
    public void A_command_without_a_name_or_with_one_switch_twice_is_refused()
    {
        Should.Throw<ArgumentException>(() => new CommandDefinitionBuilder().Build());
        Should.Throw<ArgumentException>(() => new CommandDefinitionBuilder().WithName("x")
            .WithArgument(a => a.WithName("a").WithSwitch("-a")).WithArgument(a => a.WithName("b").WithSwitch("-a")).Build());
    }

    private async Task<List<JsonElement>> AskAsync(string request)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync(PetabridgeCmd.Get(_system).Endpoint!, timeout.Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request + "\n"), timeout.Token);
        var replies = new List<JsonElement>();
        while (await reader.ReadLineAsync(timeout.Token) is { } line)
        {
            replies.Add(JsonElement.Parse(line));
            if (replies[^1].GetProperty("Final").GetBoolean())
            {
                return replies;
            }
        }

        throw new InvalidOperationException("The host closed the connection before the final answer.");
    }

    private static class TestCommands
    {
        public static readonly CommandDefinition Say = new CommandDefinitionBuilder().WithName("say").WithDescription("Says it.")
            .WithArgument(a => a.WithName("text").WithSwitch("-t").WithSwitch("--text").IsMandatory(true)).Build();

        public static readonly CommandDefinition Count = new CommandDefinitionBuilder().WithName("count").WithDescription("Counts.").Build();

        public static readonly CommandDefinition Fail = new CommandDefinitionBuilder().WithName("fail").WithDescription("Fails.").Build();

        public static readonly CommandPalette Palette = new("test", [Say, Count, Fail]);
    }

    private sealed class TestPalette : CommandPaletteHandler
    {
        public TestPalette() : base(TestCommands.Palette) => HandlerProps = Props.Create(() => new TestHandler());
    }

    private sealed class TestHandler : CommandHandlerActor
    {
        public TestHandler() : base(TestCommands.Palette)
        {
            Process(TestCommands.Say.Name, (_, arguments) => Sender.Tell(new CommandResponse(string.Join('|', arguments.ArgumentValues("text")))));
            Process(TestCommands.Count.Name, _ =>
            {
                for (var i = 1; i <= 3; i++)
                {
                    Sender.Tell(new CommandResponse($"{i}", final: false));
                }

                Sender.Tell(CommandResponse.Empty);
            });
            Process(TestCommands.Fail.Name, _ => throw new InvalidOperationException("the reason"));
        }
    }
}
