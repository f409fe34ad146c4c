using System.Net.Http.Headers;
using System.Text;

namespace Cli.Client;

/// <summary>A name and a password for the API. Never arguments, which everybody on a machine can see.</summary>
/// <param name="Name">The user's.</param>
/// <param name="Password">His.</param>
internal sealed record Credentials(string Name, string Password)
{
    private const string NameVariable = "SKYDIVE_USER";
    private const string PasswordVariable = "SKYDIVE_PASSWORD";
    private const string FileVariable = "SKYDIVE_CREDENTIALS";

    /// <summary>As HTTP basic has them.</summary>
    public AuthenticationHeaderValue Header => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Name}:{Password}")));

    /// <summary>Of a file, or the environment's SKYDIVE_USER and SKYDIVE_PASSWORD, or the file SKYDIVE_CREDENTIALS names; null: there are none.</summary>
    /// <exception cref="IOException">A file that's named can't be taken.</exception>
    public static Credentials? Find(string? file)
    {
        if (file is not null)
        {
            return Read(file);
        }

        if (Environment.GetEnvironmentVariable(NameVariable) is { Length: > 0 } name)
        {
            return new Credentials(name, Environment.GetEnvironmentVariable(PasswordVariable) ?? "");
        }

        return Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } named ? Read(named) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Credentials Read(string file)
    {
        try
        {
            if ((File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
            {
                throw new IOException($"{file}: others may read it: chmod 600");
            }

            var line = File.ReadLines(file).FirstOrDefault() ?? "";
            return line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
                ? new Credentials(line[..colon], line[(colon + 1)..])
                : throw new IOException($"{file}: its first line should be name:password");
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }
}
