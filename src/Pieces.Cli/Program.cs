using System.Runtime.InteropServices;
using Pieces.Cli;
using Pieces.Cli.Terminal;

StandardDescriptors.Fill();

// Asked for by scripts before anything else, so it is answered before anything else is built.
if (args is ["--version"] or ["-V"])
{
    using var output = new StandardOutput();
    output.WriteLine(ProductVersion.Line);
    return output.Close();
}

using PosixSignalRegistration? fileSize = FileSizeSignal.Ignore();
using var signals = new StopSignals(TimeProvider.System);
using var application = new Application(TimeProvider.System, signals);
return (int)await application.RunAsync(args);
