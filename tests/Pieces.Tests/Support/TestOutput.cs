using System.Text;
using System.Xml;

namespace Pieces.Tests.Support;

/// <summary>Adds text to the output of the running test. The report is XML, and one character that XML does not allow would cut it off.</summary>
internal static class TestOutput
{
    /// <summary>Adds a line; other programs' logs may hold any bytes.</summary>
    public static void Write(string text) => TestContext.Current.TestOutputHelper?.WriteLine(Clean(text));

    /// <summary>The text with a question mark for each character that XML does not allow.</summary>
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
