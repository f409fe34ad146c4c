using System.CommandLine;
using System.Text;
using Shared.Messages.Configuration;
using Shared.Messages.Security;

namespace Cli.Security;

/// <summary>`user set` and `user remove`: the users' file. A password comes by the terminal or the standard input, never as an argument.</summary>
internal static class UserCommand
{
    private static readonly Option<string> _file = new("--file") { Description = "the users' file", DefaultValueFactory = _ => "users", Recursive = true };

    public static Command Create() => new("user", "keep the file of users") { _file, Set(), Remove() };

    private static Command Set()
    {
        var name = new Argument<string>("name");
        var role = new Option<Role>("--role") { Description = "viewer, operator or admin", DefaultValueFactory = _ => Role.Viewer };
        var rawPackets = new Option<bool>("--rawpackets") { Description = "may read what packets carried" };
        var command = new Command("set", "add a user, or give him another role and password; the password is read from the terminal, or as a line of the input") { name, role, rawPackets };
        command.SetAction(parsed => Guard(parsed, parsed.GetValue(name)!, () =>
        {
            var password = Console.IsInputRedirected ? Console.In.ReadLine() ?? "" : Ask();
            return password.Length >= 8
                ? UserFile.Line(new User(parsed.GetValue(name)!, parsed.GetValue(role), parsed.GetValue(rawPackets)), UserFile.Hash(password))
                : throw new IOException("a password has 8 characters at least");
        }));
        return command;
    }

    private static Command Remove()
    {
        var name = new Argument<string>("name");
        var command = new Command("remove", "take a user out") { name };
        command.SetAction(parsed => Guard(parsed, parsed.GetValue(name)!, () => null));
        return command;
    }

    private static int Guard(ParseResult parsed, string name, Func<string?> line)
    {
        try
        {
            if (!UserFile.IsName(name))
            {
                throw new IOException($"'{name}' can't be a user's name: no blanks, no colon");
            }

            Write(parsed.GetValue(_file)!, name, line);
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or SkydiveConfigException)
        {
            Console.Error.WriteLine($"skydive: {e.Message}");
            return 1;
        }
    }

    // Beside and moved over: an analyzer that looks meanwhile sees the old one or the new one.
    private static void Write(string path, string name, Func<string?> line)
    {
        var lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        UserFile.Parse(lines);
        var others = lines.Where(l => !l.TrimStart().StartsWith(name + ":", StringComparison.Ordinal)).ToList();
        if (line() is { } own)
        {
            others.Add(own);
        }
        else if (others.Count == lines.Length)
        {
            throw new IOException($"{path} has no user {name}");
        }

        var beside = path + ".new";
        File.Delete(beside);
        using (var file = new FileStream(beside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = ModeOf(path) }))
        using (var writer = new StreamWriter(file))
        {
            others.ForEach(writer.WriteLine);
        }

        File.Move(beside, path, overwrite: true);
    }

    private static UnixFileMode ModeOf(string path) => File.Exists(path) ? File.GetUnixFileMode(path) : UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static string Ask()
    {
        Console.Error.Write("Password: ");
        var password = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                password.Length = Math.Max(0, password.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                password.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return password.ToString();
    }
}
