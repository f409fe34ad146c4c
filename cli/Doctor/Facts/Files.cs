namespace Cli.Doctor.Facts;

/// <summary>Files that may not be there, or not be readable: as on a host with another kernel, or without rights.</summary>
internal static class Files
{
    /// <summary>The text; null when it can't be had.</summary>
    public static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Its first line; null when it can't be had.</summary>
    public static string? Line(string path) => Text(path)?.Split('\n')[0].Trim();

    /// <summary>The directory's entries; none when they can't be had.</summary>
    public static IReadOnlyList<string> Entries(string directory)
    {
        try
        {
            return Directory.GetFileSystemEntries(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
