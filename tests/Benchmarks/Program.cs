using Benchmarks.Remoting;

switch (args)
{
    case ["remoting", .. var rest]:
        return await RequestReplyBenchmark.RunAsync(rest);
    case []:
        return await RequestReplyBenchmark.RunAsync([]);
    default:
        Console.Error.WriteLine($"There is no benchmark '{args[0]}'. Benchmarks: remoting.");
        return 2;
}
