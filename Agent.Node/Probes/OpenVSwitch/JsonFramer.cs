using System.Buffers;

namespace Agent.Node.Probes.OpenVSwitch;

/// <summary>
/// Cuts a byte stream of JSON objects that follow each other without a separator (JSON-RPC over a stream, RFC 7047
/// section 4) into objects. Each byte is looked at once.
/// </summary>
/// <param name="maxLength">Bytes of the largest object accepted.</param>
internal sealed class JsonFramer(int maxLength)
{
    private readonly ArrayBufferWriter<byte> _object = new(4096);
    private int _depth;
    private bool _inString;
    private bool _escaped;

    /// <summary>
    /// Takes bytes up to the end of an object, and gives the object. Call again with the rest.
    /// </summary>
    /// <param name="input">What the stream gave; what was taken is cut off its front.</param>
    /// <param name="found">A whole object; valid until the next call.</param>
    /// <exception cref="InvalidDataException">The stream isn't JSON objects, or one is too large.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> input, out ReadOnlyMemory<byte> found)
    {
        if (_depth == 0)
        {
            _object.ResetWrittenCount();
        }

        for (var i = 0; i < input.Length; i++)
        {
            if (Ends(input[i]))
            {
                Keep(input[..(i + 1)]);
                input = input[(i + 1)..];
                found = _object.WrittenMemory;
                return true;
            }
        }

        Keep(input);
        input = default;
        found = default;
        return false;
    }

    private bool Ends(byte b)
    {
        if (_inString)
        {
            _inString = _escaped || b != '"';
            _escaped = !_escaped && b == '\\';
            return false;
        }

        switch (b)
        {
            case (byte)'"' when _depth > 0:
                _inString = true;
                return false;
            case (byte)'{' or (byte)'[':
                _depth++;
                return false;
            case (byte)'}' or (byte)']' when _depth > 0:
                return --_depth == 0;
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                return false;
            default:
                return _depth > 0 ? false : throw new InvalidDataException($"the stream has 0x{b:x2} where a JSON object should begin");
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_object.WrittenCount + bytes.Length > maxLength)
        {
            throw new InvalidDataException($"the stream has a JSON object of more than {maxLength} bytes");
        }

        _object.Write(bytes);
    }
}
