using Sweep;

// Captures nobody made for these tests: what we read of them beside what Wireshark's programs do.
if (args is not [var folder] || !Directory.Exists(folder))
{
    Console.Error.WriteLine("usage: ./skydive test captures FOLDER");
    return 2;
}

var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(CaptureSample.IsCapture).Order(StringComparer.Ordinal).ToList();
var results = new Comparison[files.Count];
Parallel.For(0, files.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, file => results[file] = Comparison.Of(files[file]));
var causes = results.SelectMany(result => result.Differences).ToList();
foreach (var cause in causes.GroupBy(difference => difference.Cause).OrderBy(group => group.Key))
{
    Console.WriteLine($"{Comparison.NameOf(cause.Key)}: {cause.Count()}");
    foreach (var (_, file, what) in cause)
    {
        Console.WriteLine($"  {Path.GetRelativePath(folder, file)}: {what}");
    }
}

var failed = causes.Count(difference => difference.Cause is Cause.Crashed or Cause.PacketsDiffer or Cause.BytesDiffer);
Console.WriteLine(
    $"{files.Count} captures, {results.Count(result => result.IsRead)} read to their end, {results.Sum(result => result.Packets)} packets, {results.Sum(result => result.Tuples)} five-tuples: "
    + $"{results.Count(result => result.Differences.Count == 0)} alike in all, {failed} failures");
return failed > 0 || files.Count == 0 ? 1 : 0;
