using System.Buffers;
using System.Text.Json;
using Pieces.Cli.Help;
using Pieces.Cli.Parsing;
using Pieces.Trackers;

namespace Pieces.Cli.Settings;

/// <summary>The settings of a command, formatted for people as in the configuration file, or for programs.</summary>
/// <param name="Command">Name of the command.</param>
/// <param name="FilePath">Path of the configuration file, whether it exists or not; null if the user has no home folder.</param>
/// <param name="Settings">The effective values of the command's flags.</param>
internal sealed record SettingList(string Command, string? FilePath, EffectiveSettings Settings)
{
    /// <summary>Returns one line for each value. Secrets are hidden. A flag without a value appears as a comment.</summary>
    public IEnumerable<string> AsLines()
    {
        yield return $"# {Command}; the file is {FileWords()}";
        foreach (EffectiveSetting setting in Settings.All)
        {
            string name = SettingNames.InFile(CommandOf(setting), setting.Option).First();
            string[] values = [.. ShownValues(setting)];
            if (values.Length == 0)
                yield return $"# {name}=  # default{(FlagText.DefaultWords(setting.Option) is { } words ? $" ({words})" : string.Empty)}";
            for (int i = 0; i < values.Length; i++)
                yield return $"{name}={values[i]}  # {SourceWords(setting, i)}";
        }
    }

    /// <summary>Returns one JSON object, in UTF-8 and with a line end.</summary>
    public byte[] AsJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("command", Command);
            json.WriteString("file", FilePath);
            json.WriteStartArray("settings");
            foreach (EffectiveSetting setting in Settings.All)
                Write(json, setting);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void Write(Utf8JsonWriter json, EffectiveSetting setting)
    {
        json.WriteStartObject();
        json.WriteString("name", SettingNames.InFile(CommandOf(setting), setting.Option).First());
        json.WriteStartArray("values");
        foreach (string value in ShownValues(setting))
            json.WriteStringValue(value);
        json.WriteEndArray();
        json.WriteString("source", Word(setting.Source));
        json.WriteStartArray("places");
        if (setting.Source is SettingSource.Environment or SettingSource.File)
        {
            foreach (SettingValue value in setting.Values)
                json.WriteStringValue(value.Place);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static System.CommandLine.Command CommandOf(EffectiveSetting setting) =>
        setting.Option.Parents.OfType<System.CommandLine.Command>().First();

    private static IEnumerable<string> ShownValues(EffectiveSetting setting)
    {
        if (setting.Source != SettingSource.Default)
            return setting.Values.Select(value => setting.Option.HelpName == "URL" ? TrackerUrl.Redact(value.Text) : value.Text);
        if (!KnownFlags.TakesValue(setting.Option))
            return ["0"];
        return FlagText.DefaultValue(setting.Option) is { } value ? [value] : [];
    }

    private static string SourceWords(EffectiveSetting setting, int index) => setting.Source is SettingSource.Environment or SettingSource.File
        ? $"{Word(setting.Source)} {setting.Values[index].Place}"
        : Word(setting.Source);

    private static string Word(SettingSource source) => source switch
    {
        SettingSource.Flag => "flag",
        SettingSource.Environment => "environment",
        SettingSource.File => "file",
        _ => "default",
    };

    private string FileWords() => FilePath is null ? "none, because there is no home folder"
        : File.Exists(FilePath) ? FilePath
        : $"{FilePath}, which does not exist";
}
