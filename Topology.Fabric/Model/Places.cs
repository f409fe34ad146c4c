namespace Topology.Fabric.Model;

/// <summary>An edge at a node, and which of its ends that is.</summary>
/// <param name="Other">The number of the node at the other end.</param>
/// <param name="Edge">The edge.</param>
/// <param name="IsParent">The node is its parent.</param>
/// <param name="IsChild">The node is its child; of an edge to itself it's both.</param>
internal readonly record struct Link(int Other, Edge Edge, bool IsParent, bool IsChild);

/// <summary>A node's place in a graph. Without the node: edges wait for it there.</summary>
internal struct Place
{
    internal string? Id;
    internal Node? Node;
    internal Link[]? Held;

    /// <summary>How many of the held links there are. Of a free place: the next free one.</summary>
    internal int Count;

    /// <summary>The edges there.</summary>
    public readonly ReadOnlySpan<Link> Links => Id is null ? default : Held.AsSpan(0, Count);
}

/// <summary>
/// The places of a graph by number, in pieces: a change copies the list of pieces and the piece it's in, and shares the others
/// with the graph before.
/// </summary>
internal sealed class Places
{
    private const int PieceBits = 6;
    private const int PieceLength = 1 << PieceBits;

    private readonly Place[][] _pieces;

    private Places(Place[][] pieces, int end)
    {
        _pieces = pieces;
        End = end;
    }

    public static Places Empty { get; } = new([], 0);

    /// <summary>All numbers are below this.</summary>
    public int End { get; }

    /// <summary>A place by its number.</summary>
    public ref readonly Place this[int number] => ref _pieces[number >> PieceBits][number & (PieceLength - 1)];

    /// <summary>The node there; null: there is none.</summary>
    public Node? NodeAt(int number) => this[number].Node;

    /// <summary>Gathers changes. What it hands out before the next <see cref="ToPlaces"/> is its own to write to.</summary>
    internal sealed class Builder(Places places)
    {
        private Place[][] _pieces = places._pieces;
        private bool[] _isOwn = [];

        public int End { get; private set; } = places.End;

        public ref readonly Place this[int number] => ref _pieces[number >> PieceBits][number & (PieceLength - 1)];

        /// <summary>A place to write to.</summary>
        public ref Place Write(int number)
        {
            var piece = number >> PieceBits;
            Own(piece + 1);
            if (!_isOwn[piece])
            {
                _pieces[piece] = [.. _pieces[piece]];
                _isOwn[piece] = true;
            }

            return ref _pieces[piece][number & (PieceLength - 1)];
        }

        /// <summary>A number more.</summary>
        public int Add()
        {
            var piece = End >> PieceBits;
            Own(piece + 1);
            if (_pieces[piece] is null)
            {
                _pieces[piece] = new Place[PieceLength];
                _isOwn[piece] = true;
            }

            return End++;
        }

        /// <summary>The places as they are now.</summary>
        public Places ToPlaces()
        {
            _isOwn = [];
            return new Places(_pieces, End);
        }

        private void Own(int count)
        {
            if (_isOwn.Length >= count)
            {
                return;
            }

            var own = new Place[count <= _pieces.Length ? _pieces.Length : count + (count / 4)][];
            _pieces.CopyTo(own, 0);
            _pieces = own;
            Array.Resize(ref _isOwn, own.Length);
        }
    }
}
