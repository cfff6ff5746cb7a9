namespace Pieces.Platform;

/// <summary>
/// The one place that selects the implementation for the operating system. An implementation is created when it is first used, and has no state.
/// </summary>
internal static class CurrentPlatform
{
    /// <summary>Files and directories.</summary>
    public static IFileSystem Files => field ??=
        OperatingSystem.IsLinux() ? new LinuxFileSystem()
        : OperatingSystem.IsMacOS() ? new MacFileSystem()
        : OperatingSystem.IsWindows() ? new WindowsFileSystem()
        : new UnixFileSystem();

    /// <summary>The terminal that stderr is connected to.</summary>
    public static ITerminalDevice Terminal => field ??=
        OperatingSystem.IsLinux() ? new LinuxTerminalDevice()
        : OperatingSystem.IsWindows() ? new WindowsTerminalDevice()
        : new UnixTerminalDevice();

    /// <summary>Stdout, for content that is written to a pipe.</summary>
    public static IOutputPipe OutputPipe => field ??= OperatingSystem.IsWindows() ? new WindowsOutputPipe() : new UnixOutputPipe();

    /// <summary>Signals.</summary>
    public static IProcessSignals Signals => field ??=
        OperatingSystem.IsLinux() ? new LinuxSignals()
        : OperatingSystem.IsMacOS() ? new MacSignals()
        : OperatingSystem.IsWindows() ? new WindowsSignals()
        : new UnixSignals();

    /// <summary>Facts about the machine and this process.</summary>
    public static ISystemFacts Facts => field ??=
        OperatingSystem.IsLinux() ? new LinuxFacts()
        : OperatingSystem.IsWindows() ? new UnknownFacts()
        : new UnixFacts();
}
