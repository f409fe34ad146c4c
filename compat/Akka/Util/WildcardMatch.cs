using System.IO.Enumeration;

namespace Akka.Util;

/// <summary>Matching text against patterns of * (anything) and ? (one character).</summary>
public static class WildcardMatch
{
    public static bool Like(this string text, string pattern, bool caseSensitive = false) =>
        FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: !caseSensitive);
}
