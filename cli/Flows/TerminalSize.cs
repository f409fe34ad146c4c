using System.Runtime.InteropServices;

namespace Cli.Flows;

/// <summary>How wide a terminal is. Console.WindowWidth would write into it first, to set it up for a program that owns it.</summary>
internal static partial class TerminalSize
{
    private const ulong GetWindowSize = 0x5413;
    private const int Usual = 80;

    /// <summary>Columns; 80 where the terminal doesn't know.</summary>
    /// <param name="descriptor">1 or 2.</param>
    internal static int Columns(int descriptor) =>
        GetSize(descriptor, GetWindowSize, out var size) == 0 && size.Columns > 0 ? size.Columns : Usual;

    // TIOCGWINSZ
    [LibraryImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetSize(int descriptor, ulong request, out Size size);

    [StructLayout(LayoutKind.Sequential)]
    private struct Size
    {
        internal ushort Rows;
        internal ushort Columns;
        internal ushort Width;
        internal ushort Height;
    }
}
