using System.Security.Cryptography;

namespace Analyzer.Node.Flows;

/// <summary>
/// Numbers by an id that lies with what they number: open addressing, a word a slot. An id has one number here; who has several
/// of one id chains them. 0 is no id.
/// </summary>
/// <param name="idOf">The id of a number.</param>
internal sealed class FlowIndex(Func<int, ulong> idOf)
{
    private const int None = -1;
    private const int Smallest = 64;

    /// <summary>Ids come from outside: where they lie isn't for others to know.</summary>
    private static readonly ulong Seed = (BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) << 1) | 1;

    /// <summary>Numbers plus one; 0 is free.</summary>
    private int[] _slots = new int[Smallest];
    private int _count;

    /// <summary>The number of an id; -1: it has none.</summary>
    public int Find(ulong id)
    {
        if (id == 0)
        {
            return None;
        }

        for (var slot = SlotOf(id); _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (idOf(_slots[slot] - 1) == id)
            {
                return _slots[slot] - 1;
            }
        }

        return None;
    }

    /// <summary>Gives an id a number.</summary>
    /// <returns>The one it had before; -1: none.</returns>
    public int Set(ulong id, int number)
    {
        if (id == 0)
        {
            return None;
        }

        if (4 * _count >= 3 * _slots.Length)
        {
            Grow();
        }

        var slot = SlotOf(id);
        for (; _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (_slots[slot] - 1 != number && idOf(_slots[slot] - 1) == id)
            {
                var before = _slots[slot] - 1;
                _slots[slot] = number + 1;
                return before;
            }
        }

        _slots[slot] = number + 1;
        _count++;
        return None;
    }

    /// <summary>Takes an id's number away.</summary>
    public void Remove(ulong id, int number) => Replace(id, number, None);

    /// <summary>Gives an id another number instead of its own; -1 takes it away.</summary>
    public void Replace(ulong id, int number, int by)
    {
        if (id == 0)
        {
            return;
        }

        var slot = SlotOf(id);
        while (_slots[slot] != number + 1)
        {
            if (_slots[slot] == 0)
            {
                return;
            }

            slot = (slot + 1) & (_slots.Length - 1);
        }

        if (by == None)
        {
            Free(slot);
        }
        else
        {
            _slots[slot] = by + 1;
        }
    }

    // What lies behind and would be found here, moves up.
    private void Free(int slot)
    {
        var mask = _slots.Length - 1;
        for (var next = (slot + 1) & mask; _slots[next] != 0; next = (next + 1) & mask)
        {
            var wanted = SlotOf(idOf(_slots[next] - 1));
            if (((next - wanted) & mask) >= ((next - slot) & mask))
            {
                _slots[slot] = _slots[next];
                slot = next;
            }
        }

        _slots[slot] = 0;
        _count--;
    }

    private void Grow()
    {
        var before = _slots;
        _slots = new int[2 * before.Length];
        foreach (var value in before)
        {
            if (value == 0)
            {
                continue;
            }

            var slot = SlotOf(idOf(value - 1));
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = value;
        }
    }

    private int SlotOf(ulong id) => (int)((id * Seed) >> 32) & (_slots.Length - 1);
}
