namespace Cli.Flows;

/// <summary>The columns of the table, in their order.</summary>
internal enum TableColumn
{
    Layers,
    A,
    B,
    About,
    AToB,
    BToA,
    RoundTrip,
    Time,
}

/// <summary>
/// Which columns there are and how wide. What doesn't fit gives way in the order that costs least: the flow's duration,
/// the space between columns, the path's outer layers, the round trip, then the middle of what it is about, and of addresses.
/// </summary>
internal sealed class TableColumns
{
    private const int Wide = 2;
    private const int ShortestEnd = 10;
    private const int ShortestAbout = 12;

    internal static readonly IReadOnlyList<string> Names = ["LAYERS", "A", "B", "ABOUT", "A→B", "B→A", "RTT", "TIME"];

    private readonly int[] _widths;

    private TableColumns(int[] widths) => _widths = widths;

    internal int Gap { get; private set; } = Wide;

    private int Total => _widths.Sum() + (Gap * Math.Max(0, _widths.Count(width => width > 0) - 1));

    /// <param name="natural">How wide each column would like to be; 0: nothing to show.</param>
    /// <param name="shortestLayers">The narrowest the paths can be.</param>
    /// <param name="width">The terminal's; null: there's none.</param>
    internal static TableColumns Fit(IReadOnlyList<int> natural, int shortestLayers, int? width)
    {
        var columns = new TableColumns([.. natural]);
        if (width is not { } limit)
        {
            return columns;
        }

        columns.Drop(TableColumn.Time, limit);
        if (columns.Total > limit)
        {
            columns.Gap = 1;
        }

        columns.Narrow(TableColumn.Layers, shortestLayers, limit);
        columns.Drop(TableColumn.RoundTrip, limit);
        columns.Narrow(TableColumn.About, ShortestAbout, limit);
        columns.NarrowEnds(ShortestEnd, limit);
        return columns;
    }

    /// <summary>0: the column isn't shown.</summary>
    internal int WidthOf(TableColumn column) => _widths[(int)column];

    private void Drop(TableColumn column, int limit)
    {
        if (Total > limit)
        {
            _widths[(int)column] = 0;
        }
    }

    private void Narrow(TableColumn column, int shortest, int limit)
    {
        ref var width = ref _widths[(int)column];
        width -= Math.Clamp(Total - limit, 0, Math.Max(0, width - shortest));
    }

    // The wider one first, then both alike.
    private void NarrowEnds(int shortest, int limit)
    {
        ref var a = ref _widths[(int)TableColumn.A];
        ref var b = ref _widths[(int)TableColumn.B];
        while (Total > limit && Math.Max(a, b) > shortest)
        {
            if (a >= b)
            {
                a--;
            }
            else
            {
                b--;
            }
        }
    }
}
