namespace Pieces.Tests.Metadata;

/// <summary>Finds files of the repository from wherever the tests run.</summary>
internal static class Repository
{
    /// <summary>The folder that contains Pieces.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Returns the path of a file in testdata/.</summary>
    public static string TestData(string name) => Path.Combine(Root, "testdata", name);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pieces.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("Pieces.sln is in no folder above the tests");
    }
}
