using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Pieces.Cli;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Platform;

// Scripts query the version before anything else, so it is printed before anything else is created.
if (args is (["--version"] or ["-V"]) && CurrentPlatform.Facts.IsGiven(StandardDescriptor.Output))
{
    using var output = new StandardOutput();
    output.WriteLine(ProductVersion.Line);
    return output.Close();
}

if (ProcessLimits.Adapt() is { } lack)
    UncaughtExceptions.End(lack);
var uncaught = new UncaughtExceptions();
IReadOnlyList<SafeFileHandle> plugs = CurrentPlatform.Facts.PlugStandardDescriptors();
PosixSignalRegistration? fileSize = CurrentPlatform.Signals.IgnoreFileSizeLimit();
using var signals = new StopSignals(TimeProvider.System, ThreadTimers.Instance);
using var application = new Application(TimeProvider.System, signals);
uncaught.BeforeReport = application.PrepareLastLine;
int code = (int)await application.RunAsync(args);
GC.KeepAlive(plugs);
GC.KeepAlive(fileSize);

// All output is written. The runtime's own shutdown is not needed and must not delay the exit.
CurrentPlatform.Signals.ExitNow(code);
return code;
