using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Akka.Actor;
using Analyzer.Node.Http;
using Analyzer.Node.Tests.Kit;
using Analyzer.Node.Topology;
using Analyzer.Node.Views;
using Shared.Messages.Topology;
using Topology.Fabric.Model;

namespace Analyzer.Node.Tests.Http;

public sealed class GraphSocketTests : EntityTest
{
    private readonly Sent _socket = new();
    private readonly TaskCompletionSource _ended = new();

    public GraphSocketTests()
        : base(StandingTime)
    {
    }

    [Fact]
    public async Task A_page_is_let_go_when_the_view_ends_for_it_would_show_a_map_that_stands_still()
    {
        var view = CreateTestProbe();
        Sys.ActorOf(GraphSocket.Props(_socket, view, _ended, CancellationToken.None));
        view.ExpectMsg<SubscribeToGraph>().Subscriber.Tell(new GraphUpdated(Graph.Empty, []));
        (await MessageAsync()).ShouldStartWith("{\"type\":\"snapshot\"");

        Sys.Stop(view);
        await _ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_page_is_told_nothing_of_the_graph_before_the_view_has_told_it()
    {
        var view = CreateTestProbe();
        var socket = Sys.ActorOf(GraphSocket.Props(_socket, view, _ended, CancellationToken.None));
        var subscriber = view.ExpectMsg<SubscribeToGraph>().Subscriber;
        subscriber.ShouldBe(socket);
        var message = MessageAsync();
        while (!message.IsCompleted)
        {
            Pass(TimeSpan.FromSeconds(10));
            await Task.Delay(20);
        }

        (await message).ShouldBe("{\"type\":\"alive\"}");

        subscriber.Tell(new GraphUpdated(Graph.Empty.With(new global::Topology.Fabric.Model.Node { Id = "a", Host = "h" }), []));
        (await MessageAsync()).ShouldContain("\"ID\":\"a\"");
    }

    [Fact]
    public async Task One_change_of_one_interface_is_one_change_on_the_page_however_large_the_graph()
    {
        var view = Sys.ActorOf(GraphView.Props(Mediator.Ref, TestActor));
        var host = HostState.Empty("h1");
        Happen(host.Decide(Graphs.Sync("s1", 1, Enumerable.Range(0, 2_000).Select(i => Interface(i, "1500"))), HostState.CauseSync, 1));
        Sys.ActorOf(GraphSocket.Props(_socket, view, _ended, CancellationToken.None));
        var whole = await MessageAsync();
        whole.ShouldStartWith("{\"type\":\"snapshot\"");
        whole.Length.ShouldBeGreaterThan(2_000 * 100);

        Happen(host.Decide(Graphs.Update("s1", 2, Graphs.Set(Interface(7, "1400"))), 2).ShouldHaveSingleItem());
        var message = MessageAsync();
        while (!message.IsCompleted)
        {
            Pass(TimeSpan.FromMilliseconds(100));
            await Task.Delay(20);
        }

        using var changes = JsonDocument.Parse(await message);
        var change = changes.RootElement.GetProperty("changes").EnumerateArray().ShouldHaveSingleItem();
        (change.GetProperty("op").GetString(), change.GetProperty("id").GetString(), change.GetProperty("set").GetRawText()).ShouldBe(("nodeChanged", "eth7", """{"MTU":"1400"}"""));
        (await message).Length.ShouldBeLessThan(200);

        void Happen(params IReadOnlyList<GraphChanged> events)
        {
            foreach (var changed in events)
            {
                host = host.Apply(changed);
                view.Tell(changed);
            }
        }

        static GraphNode Interface(int number, string mtu) => Graphs.Node($"eth{number}", "h1", ("Type", "veth"), ("MTU", mtu), ("MAC", $"02:00:00:00:00:{number:x}"));
    }

    private Task<string> MessageAsync() => _socket.Messages.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Keeps what it's given to send.</summary>
    private sealed class Sent : WebSocket
    {
        private readonly Channel<string> _messages = Channel.CreateUnbounded<string>();

        public ChannelReader<string> Messages => _messages.Reader;

        public override WebSocketCloseStatus? CloseStatus => null;

        public override string? CloseStatusDescription => null;

        public override WebSocketState State => WebSocketState.Open;

        public override string? SubProtocol => null;

        public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
            _messages.Writer.WriteAsync(Encoding.UTF8.GetString(buffer), cancellationToken).AsTask();

        public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override void Abort()
        {
        }

        public override void Dispose()
        {
        }
    }
}
