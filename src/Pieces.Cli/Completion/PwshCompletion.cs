using System.Text;

namespace Pieces.Cli.Completion;

/// <summary>The completion script for PowerShell.</summary>
internal static class PwshCompletion
{
    private const string Head = """
        # PowerShell completion for pieces, made by `pieces completion pwsh`.

        Register-ArgumentCompleter -Native -CommandName 'pieces' -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)

            # For each command: its description, its flags as (names, description, kind of value, choices), and the same of its positionals.
            $commands = [ordered]@{

        """;

    private const string Tail = """
            function New-Word([string] $text, [string] $type, [string] $description) {
                [System.Management.Automation.CompletionResult]::new($text, $text, $type, $description)
            }
            function Get-Value([string] $kind, [string[]] $choices, [string] $typed, [string] $before) {
                switch ($kind) {
                    'Choice' { 
                        $choices | Where-Object { $_ -like "$typed*" } | ForEach-Object { New-Word "$before$_" 'ParameterValue' $_ }
                    }
                    { $_ -in 'Folder', 'File', 'Torrent' } {
                        [System.Management.Automation.CompletionCompleters]::CompleteFilename($typed) | Where-Object {
                            $_.ResultType -eq 'ProviderContainer' -or $kind -eq 'File' -or
                            ($kind -eq 'Torrent' -and $_.ListItemText -like '*.torrent')
                        } | ForEach-Object { New-Word "$before$($_.CompletionText)" 'ParameterValue' $_.ToolTip }
                    }
                }
            }

            $before = $commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition }
            $words = @($before | ForEach-Object { "$_" })
            $name = $words | Where-Object { $_ -notlike '-*' } | Select-Object -First 1
            $flags = $common
            if ($null -eq $name) {
                if ($wordToComplete -notlike '-*') {
                    $commands.Keys | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object { New-Word $_ 'Command' $commands[$_].Description }
                    return
                }
            }
            elseif ($commands.Contains($name)) {
                $flags = $commands[$name].Flags
            }
            else {
                return
            }

            $ended = $words -contains '--'
            if (-not $ended -and $wordToComplete -match '^(--[^=]+)=(.*)$') {
                $flag = $flags | Where-Object { $_.Names -ccontains $Matches[1] } | Select-Object -First 1
                if ($flag) { Get-Value $flag.Kind $flag.Choices $Matches[2] "$($Matches[1])=" }
                return
            }
            if (-not $ended -and $words.Count -gt 0) {
                $previous = $words[-1]
                $flag = $flags | Where-Object { $_.Kind -ne 'Nothing' -and $_.Names -ccontains $previous } | Select-Object -First 1
                if ($flag) {
                    Get-Value $flag.Kind $flag.Choices $wordToComplete ''
                    return
                }
            }
            if (-not $ended -and $wordToComplete -like '-*') {
                foreach ($flag in $flags) {
                    $flag.Names | Where-Object { $_ -clike "$wordToComplete*" } | ForEach-Object { New-Word $_ 'ParameterName' $flag.Description }
                }
            }
            elseif ($null -ne $name) {
                Get-Value $commands[$name].Kind $commands[$name].Choices $wordToComplete ''
            }
        }

        """;

    public static string Script(CompletionModel model)
    {
        var script = new StringBuilder(Head);
        foreach (CompletedCommand command in model.Commands)
        {
            script.Append($"        {Quote(command.Name)} = @{{\n            Description = {Quote(command.Description)}\n");
            script.Append($"            Kind = '{command.Positional.Kind}'\n            Choices = {List(command.Positional.Choices)}\n");
            script.Append("            Flags = @(\n");
            AppendFlags(script, command.Flags, "                ");
            script.Append("            )\n        }\n");
        }

        script.Append("    }\n    $common = @(\n");
        AppendFlags(script, model.CommonFlags, "        ");
        script.Append("    )\n");
        return script.Append(Tail).ToString();
    }

    private static void AppendFlags(StringBuilder script, IReadOnlyList<CompletedFlag> flags, string indent)
    {
        foreach (CompletedFlag flag in flags)
        {
            script.Append($"{indent}@{{ Names = {List(flag.Names)}; Kind = '{flag.Value.Kind}'; Choices = {List(flag.Value.Choices)}; ");
            script.Append($"Description = {Quote(flag.Description)} }}\n");
        }
    }

    private static string List(IEnumerable<string> words) => $"@({string.Join(", ", words.Select(Quote))})";

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
