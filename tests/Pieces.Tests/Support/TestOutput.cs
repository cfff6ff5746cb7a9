using System.Text;
using System.Xml;

namespace Pieces.Tests.Support;

/// <summary>
/// Adds text to the output of the running test. The test report is XML, and a character that XML does not permit would truncate it.
/// </summary>
internal static class TestOutput
{
    /// <summary>Adds a line, which may contain any bytes, for example from the log of another program.</summary>
    public static void Write(string text) => TestContext.Current.TestOutputHelper?.WriteLine(Clean(text));

    /// <summary>Returns the text with a question mark in place of each character that XML does not permit.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
                clean.Append(text[i]).Append(text[++i]);
            else
                clean.Append(XmlConvert.IsXmlChar(text[i]) ? text[i] : '?');
        }

        return clean.ToString();
    }
}
