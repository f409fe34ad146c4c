using Shared.Messages.Hosting;

namespace Shared.Messages.Tests.Hosting;

public sealed class FilePagesTests
{
    private const string Smaps = """
        f0000000-f0003000 r-xp 00000000 08:01 11                         /usr/lib/libc.so.6
        Size:                 12 kB
        Anonymous:             0 kB
        VmFlags: rd ex mr mw me
        f0003000-f0004000 r--p 00003000 08:01 11                         /usr/lib/libc.so.6
        Anonymous:             4 kB
        f0004000-f0005000 rw-p 00004000 08:01 11                         /usr/lib/libc.so.6
        Anonymous:             0 kB
        f0005000-f0006000 r-xp 00000000 00:00 0
        Anonymous:             0 kB
        f0006000-0f0000007000 r-xp 00000000 00:00 0                          [vdso]
        Anonymous:             0 kB
        f0006000-f0007000 r--s 00000000 00:01 13                         /memfd:doublemapper (deleted)
        Anonymous:             0 kB
        f0007000-f0009000 r--p 00000000 08:01 12                         /opt/a program/Agent.Node.dll
        Anonymous:             0 kB
        """;

    [Fact]
    public void Only_what_a_file_backs_and_nobody_wrote_to_is_given_back() =>
        FilePages.Read(Smaps.Split('\n')).ShouldBe([new FilePages(0xf0000000, 0x3000), new FilePages(0xf0007000, 0x2000)]);

    [Fact]
    public void This_process_has_such_pages() => FilePages.Read().ShouldNotBeEmpty();
}
