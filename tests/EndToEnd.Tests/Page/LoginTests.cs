using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using EndToEnd.Tests.Running;
using Microsoft.Playwright;
using Shared.Messages.Security;

namespace EndToEnd.Tests.Page;

/// <summary>An analyzer with HTTPS and users, as a process: its page in Debian's chromium, and its certificate renewed.</summary>
public sealed class LoginTests : IAsyncLifetime
{
    private const int HttpPort = 18443;
    private const int RemotingPort = 18444;
    private const string Password = "correct horse";

    private readonly string _folder = Directory.CreateTempSubdirectory("skydive-login-").FullName;
    private Process _analyzer = null!;

    public async Task InitializeAsync()
    {
        CertificateAuthority.Create(_folder, "tests", TimeSpan.FromDays(2));
        CertificateAuthority.Issue(_folder, "gateway", ["127.0.0.1"], CertificateUse.Gateway, TimeSpan.FromDays(1));
        var users = Path.Combine(_folder, "users");
        await File.WriteAllLinesAsync(users, [UserFile.Line(new User("vera", Role.Viewer, RawPackets: false), UserFile.Hash(Password))]);
        var config = Path.Combine(_folder, "analyzer.conf");
        await File.WriteAllTextAsync(config, $$"""
            skydive {
              host-id = analyzer
              users.file = "{{users}}"
              analyzer {
                remoting.port = {{RemotingPort}}
                http { host = "0.0.0.0", port = {{HttpPort}}, certificate = "{{_folder}}/gateway.pem", key = "{{_folder}}/gateway.key" }
                console.port = 0
                storage.file = "{{_folder}}/skydive.db"
              }
            }
            """);
        _analyzer = Process.Start(new ProcessStartInfo("dotnet", [Repository.Program("Analyzer.Node", "Analyzer.Node"), "run", "--config", config]) { RedirectStandardError = true })!;
        _analyzer.ErrorDataReceived += (_, _) => { };
        _analyzer.BeginErrorReadLine();
        using var client = Client();
        await RunningLab.EventuallyAsync("the analyzer is ready", async () => (await client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK);
    }

    public async Task DisposeAsync()
    {
        _analyzer.Kill();
        await _analyzer.WaitForExitAsync();
        _analyzer.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_page_asks_who_one_is_shows_it_and_lives_under_its_own_policy()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var context = await browser.NewContextAsync(new() { IgnoreHTTPSErrors = true });
        var page = await context.NewPageAsync();
        List<string> errors = [];
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
            {
                errors.Add(message.Text);
            }
        };
        page.SetDefaultTimeout(30_000);
        Assertions.SetDefaultExpectTimeout(30_000);
        await page.GotoAsync($"https://127.0.0.1:{HttpPort}/");
        await page.GetByTestId("login-name").FillAsync("vera");
        await page.GetByTestId("login-password").FillAsync("wrong");
        await page.GetByTestId("login-submit").ClickAsync();
        await Assertions.Expect(page.GetByTestId("login-error")).ToContainTextAsync("no such user, or not the password");
        await page.GetByTestId("login-password").FillAsync(Password);
        await page.GetByTestId("login-submit").ClickAsync();
        await Assertions.Expect(page.GetByTestId("login-form")).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByTestId("user")).ToContainTextAsync("vera");
        await Assertions.Expect(page.GetByTestId("connection")).ToHaveAttributeAsync("data-phase", "open");
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByTestId("user")).ToContainTextAsync("vera");
        await page.GetByTestId("logout").ClickAsync();
        await Assertions.Expect(page.GetByTestId("login-form")).ToHaveCountAsync(1);
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_renewed_certificate_is_taken_without_a_restart_and_one_that_does_not_fit_is_not()
    {
        var first = await ShownAsync();
        CertificateAuthority.Issue(_folder, "gateway", ["127.0.0.1"], CertificateUse.Gateway, TimeSpan.FromDays(1));
        await RunningLab.EventuallyAsync("the renewed certificate", async () => await ShownAsync() != first);
        var second = await ShownAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "gateway.pem"), "broken");
        await Task.Delay(1500);
        (await ShownAsync()).ShouldBe(second);
    }

    private async Task<string> ShownAsync()
    {
        var shown = "";
        using var client = Client(certificate => shown = certificate.Thumbprint);
        (await client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        return shown;
    }

    private HttpClient Client(Action<X509Certificate2>? shown = null)
    {
        var authority = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(_folder, "ca.pem")));
        return new HttpClient(new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) =>
            {
                shown?.Invoke(certificate!);
                return certificate!.IssuerName.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData);
            },
        })
        { BaseAddress = new Uri($"https://127.0.0.1:{HttpPort}") };
    }
}
