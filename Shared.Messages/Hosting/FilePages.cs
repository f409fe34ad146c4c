using System.Globalization;

namespace Shared.Messages.Hosting;

/// <summary>A range of this process's memory that holds nothing but what a file holds.</summary>
/// <param name="Start">Its address.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct FilePages(nuint Start, nuint Length)
{
    /// <summary>Those ranges, as proc_pid_smaps(5) has them.</summary>
    public static IReadOnlyList<FilePages> Read() => Read(File.ReadLines("/proc/self/smaps"));

    /// <summary>Ranges that a file backs and nobody can write to, none of whose pages is a copy of the process's own.</summary>
    internal static IReadOnlyList<FilePages> Read(IEnumerable<string> smaps)
    {
        var found = new List<FilePages>();
        FilePages? range = null;
        foreach (var line in smaps)
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!fields[0].EndsWith(':'))
            {
                range = Range(fields);
            }
            else if (fields[0] == "Anonymous:" && fields[1] == "0" && range is { } pages)
            {
                found.Add(pages);
            }
        }

        return found;
    }

    // 7f12c000-7f12d000 r-xp 00000000 08:01 1234   /usr/lib/libc.so.6
    private static FilePages? Range(string[] fields)
    {
        if (fields.Length < 6 || fields[5][0] != '/' || fields[5].StartsWith("/memfd:", StringComparison.Ordinal) || fields[1] is not ("r-xp" or "r--p" or "r--s"))
        {
            return null;
        }

        var ends = fields[0].Split('-');
        var start = nuint.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return new FilePages(start, nuint.Parse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) - start);
    }
}
