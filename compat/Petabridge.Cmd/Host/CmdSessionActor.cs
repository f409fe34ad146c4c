using System.Threading.Channels;
using Akka.Actor;

namespace Petabridge.Cmd.Host;

/// <summary>The sender of one command: passes its responses on until the final one.</summary>
internal sealed class CmdSessionActor : ReceiveActor
{
    private readonly ChannelWriter<CommandResponse> _responses;
    private readonly IActorRef _handler;
    private readonly Command _command;

    public CmdSessionActor(ChannelWriter<CommandResponse> responses, IActorRef handler, Command command)
    {
        _responses = responses;
        _handler = handler;
        _command = command;
        Receive<CommandResponse>(Pass);
        Receive<IEnumerable<CommandResponse>>(many =>
        {
            foreach (var response in many)
            {
                Pass(response);
            }
        });
        Receive<Status.Failure>(failure => Pass(new ErroredCommandResponse($"'{_command}' failed: {failure.Cause?.Message}")));
        Receive<Terminated>(_ => Pass(new ErroredCommandResponse($"'{_command}' was not finished: its palette's actor stopped.")));
    }

    protected override void PreStart()
    {
        Context.Watch(_handler);
        _handler.Tell(_command);
    }

    protected override void PostStop() => _responses.TryComplete();

    private void Pass(CommandResponse response)
    {
        _responses.TryWrite(response);
        if (!response.Final)
        {
            return;
        }

        _responses.TryComplete();
        Context.Stop(Self);
    }
}
