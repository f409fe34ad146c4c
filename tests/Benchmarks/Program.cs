using Benchmarks.Actors;
using Benchmarks.Remoting;

switch (args)
{
    case ["actors", .. var rest]:
        return await ActorBenchmark.RunAsync(rest);
    case ["remoting", .. var rest]:
        return await RequestReplyBenchmark.RunAsync(rest);
    case []:
        return await ActorBenchmark.RunAsync([]) + await RequestReplyBenchmark.RunAsync([]);
    default:
        Console.Error.WriteLine($"There is no benchmark '{args[0]}'. Benchmarks: actors, remoting.");
        return 2;
}
