namespace Akka;

/// <summary>Says that something has completed, where there's no value to return.</summary>
public sealed class Done
{
    public static readonly Done Instance = new();

    private Done()
    {
    }
}
