using System.CommandLine;
using Pieces.Cli.Completion;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Tests.Support;

namespace Pieces.Tests.Cli;

/// <summary>The scripts in the real shells, in a folder with a torrent, a file and a folder.</summary>
[Trait("Tier", "Loopback")]
public sealed class CompletionTests : IDisposable
{
    private const string BashDriver = """
        source "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _pieces 2>/dev/null
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    // A shell of its own behind a pseudo-terminal: the tabulator completes as under a user's fingers, and a key bound here prints the line.
    private const string ZshDriver = """
        zmodload zsh/zpty
        zpty z env ZDOTDIR="$1" TERM=dumb zsh -d -i
        zpty -r z out '*READY> *'
        zpty -w -n z "$2"$'\t\x18'
        zpty -r z out '*>>*'
        print -rn -- "${${out##*<<}%%>>*}"
        zpty -d z
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("pieces-completion-").FullName;
    private readonly RootCommand _root = TestTree.Create();

    public CompletionTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "subfolder"));
        foreach (string name in (ReadOnlySpan<string>)["x y.torrent", "subfile", "zebra.txt"])
            File.WriteAllText(Path.Combine(_folder, name), string.Empty);
    }

    [Fact]
    public void The_model_is_the_tree()
    {
        var model = CompletionModel.Of(_root);
        model.Commands.Select(command => command.Name).Should().Equal(_root.Subcommands.Select(command => command.Name));
        foreach (Command command in _root.Subcommands)
        {
            IEnumerable<Option> flags = KnownFlags.Of(command).Where(option => !option.Hidden);
            IEnumerable<string> names = flags.SelectMany(option => option.Aliases.Prepend(option.Name));
            model.Commands.Single(completed => completed.Name == command.Name).Flags.SelectMany(flag => flag.Names).Should().BeEquivalentTo(names);
        }

        CompletedCommand download = model.Commands.Single(command => command.Name == "download");
        download.Positional.Kind.Should().Be(WordKind.Torrent);
        download.Flags.Single(flag => flag.Names.Contains("--order")).Value.Choices.Should().Equal("in-order", "rarest-first");
        download.Flags.Single(flag => flag.Names.Contains("--output")).Value.Kind.Should().Be(WordKind.Folder);
        download.Flags.Single(flag => flag.Names.Contains("--port")).Value.Kind.Should().Be(WordKind.Free);
    }

    [Fact]
    public void An_unknown_shell_is_refused_by_name() =>
        FluentActions.Invoking(() => Pieces.Cli.Completion.CompletionScripts.Of("fishh", _root)).Should().Throw<FailureException>()
            .Which.Message.Should().Contain("did you mean fish?");

    [Theory]
    [InlineData("", "download seed show verify create magnet share tracker config completion help")]
    [InlineData("dow", "download")]
    [InlineData("-v dow", "download")]
    [InlineData("download --ord", "--order")]
    [InlineData("download --order ", "in-order rarest-first")]
    [InlineData("download --order = r", "rarest-first")]
    [InlineData("download --order =", "in-order rarest-first")]
    [InlineData("download --order=r", "--order=rarest-first")]
    [InlineData("download x --progress pl", "plain")]
    [InlineData("download -o sub", "subfolder")]
    [InlineData("download ", "x y.torrent subfolder")]
    [InlineData("download -- --ord", "")]
    [InlineData("create sub", "subfile subfolder")]
    [InlineData("create -o z", "zebra.txt")]
    [InlineData("download --port ", "")]
    [InlineData("help ex", "exit-codes")]
    [InlineData("completion ", "bash zsh fish pwsh")]
    [InlineData("config ver", "verify")]
    public async Task Bash_completes(string line, string offered)
    {
        string[] words = await BashAsync(["pieces", .. line.Split(' ')]);
        // A file's name may have blanks in it, and files come in no order.
        string.Join(' ', words.Order(StringComparer.Ordinal)).Split(' ').Order(StringComparer.Ordinal)
            .Should().Equal(offered.Split(' ').Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("x\\ ")]
    [InlineData("\"x")]
    [InlineData("'x y")]
    public async Task Bash_completes_names_that_are_being_quoted(string typed) =>
        (await BashAsync(["pieces", "download", typed])).Should().Equal("x y.torrent");

    [Theory]
    [InlineData("pieces dow", "pieces download ")]
    [InlineData("pieces -v dow", "pieces -v download ")]
    [InlineData("pieces download --ord", "pieces download --order=")]
    [InlineData("pieces download --order=rar", "pieces download --order=rarest-first ")]
    [InlineData("pieces download --order rar", "pieces download --order rarest-first ")]
    [InlineData("pieces download x --progress pl", "pieces download x --progress plain ")]
    [InlineData("pieces download -o sub", "pieces download -o subfolder/")]
    [InlineData("pieces download x", "pieces download x\\ y.torrent ")]
    [InlineData("pieces create subfi", "pieces create subfile ")]
    [InlineData("pieces create -o z", "pieces create -o zebra.txt ")]
    [InlineData("pieces help ex", "pieces help exit-codes ")]
    [InlineData("pieces completion fi", "pieces completion fish ")]
    [InlineData("pieces config ver", "pieces config verify ")]
    public async Task Zsh_completes(string typed, string completed)
    {
        string zsh = RealProcess.Find("zsh");
        string script = WriteScript("zsh");
        string settings = Directory.CreateDirectory(Path.Combine(_folder, ".zsh")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(settings, ".zshrc"),
            $$"""
            PS1='READY> '; TERM=dumb; unsetopt prompt_cr prompt_sp beep
            autoload -Uz compinit; compinit -u -D
            source '{{script}}'
            show() { zle -I; print -r -- "<<$BUFFER>>" }
            zle -N show; bindkey '^X' show
            """,
            TestContext.Current.CancellationToken);
        (await ShellRun.RunAsync(zsh, ["-f", "-c", ZshDriver, "zsh", settings, typed], _folder)).Output.Should().Be(completed);
    }

    [Fact]
    public async Task Zsh_accepts_the_script()
    {
        string zsh = RealProcess.Find("zsh");
        (await ShellRun.RunAsync(zsh, ["-f", "-n", WriteScript("zsh")])).Should().Be((0, string.Empty));
    }

    [Theory]
    [InlineData("pieces dow", "download")]
    [InlineData("pieces -v dow", "download")]
    [InlineData("pieces download --ord", "--order")]
    [InlineData("pieces download --order=r", "--order=rarest-first")]
    [InlineData("pieces download --order ", "in-order rarest-first")]
    [InlineData("pieces download x --progress pl", "plain")]
    [InlineData("pieces download -o sub", "subfolder/")]
    [InlineData("pieces download --output=sub", "--output=subfolder/")]
    [InlineData("pieces download --port ", "")]
    [InlineData("pieces create sub", "subfolder/ subfile")]
    [InlineData("pieces create -o z", "zebra.txt")]
    [InlineData("pieces help ex", "exit-codes")]
    [InlineData("pieces completion ", "bash fish pwsh zsh")]
    [InlineData("pieces config ver", "verify")]
    public async Task Fish_completes(string typed, string offered)
    {
        (await FishAsync(typed)).Select(line => line.Split('\t')[0]).Should().BeEquivalentTo(
            offered.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Fish_offers_torrents_first_and_explains_flags()
    {
        (await FishAsync("pieces download ")).First().Should().StartWith("x y.torrent");
        (await FishAsync("pieces download --overw")).Should().Equal("--overwrite\tdiscard an existing file that is not part of this download");
    }

    [Theory]
    [InlineData("pieces dow", "download")]
    [InlineData("pieces download --ord", "--order")]
    [InlineData("pieces download --order ", "in-order rarest-first")]
    [InlineData("pieces download --order=r", "--order=rarest-first")]
    [InlineData("pieces help ex", "exit-codes")]
    public async Task PowerShell_completes(string typed, string offered)
    {
        // No package of the systems that this is tested on has it, so its absence is no failure anywhere.
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string? pwsh = folders.Select(folder => Path.Combine(folder, "pwsh")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(pwsh is null, "pwsh is not installed");
        string ask = $"(TabExpansion2 '{typed}' {typed.Length}).CompletionMatches | ForEach-Object {{ $_.CompletionText }}";
        string driver = $". '{WriteScript("pwsh")}'; {ask}";
        (int _, string output) = await ShellRun.RunAsync(pwsh!, ["-NoProfile", "-Command", driver], _folder);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Should().Equal(offered.Split(' '));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string[]> BashAsync(string[] words)
    {
        string bash = RealProcess.Find("bash");
        string[] arguments = ["--norc", "--noprofile", "-c", BashDriver, "bash", WriteScript("bash"), .. words];
        (int _, string output) = await ShellRun.RunAsync(bash, arguments, _folder);
        return output.TrimEnd('\n').Split('\n');
    }

    private async Task<string[]> FishAsync(string typed)
    {
        string fish = RealProcess.Find("fish");
        string[] arguments = ["--no-config", "-c", $"source '{WriteScript("fish")}'; complete -C '{typed}'"];
        return (await ShellRun.RunAsync(fish, arguments, _folder)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // Hidden, so that it is not offered itself; with the ending that PowerShell wants.
    private string WriteScript(string shell)
    {
        string path = Path.Combine(_folder, ".script.ps1");
        File.WriteAllText(path, Pieces.Cli.Completion.CompletionScripts.Of(shell, _root));
        return path;
    }
}
